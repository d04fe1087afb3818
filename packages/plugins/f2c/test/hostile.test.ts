import { createEngine, type Engine, type Runtime, type VerilensError } from '@verilens/core';
import { encodeJpeg, encodePng, media } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { f2c } from '../src/index.ts';

let runtime: Runtime;
let engine: Engine;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  engine = await createEngine({ runtime, plugins: [f2c()], services: [media()] });
});
afterAll(async () => {
  await engine.dispose();
  await runtime.dispose();
});

/** Soft noise with coarse light: something with a spectrum. */
function rgb(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3);
  let state = 5;
  for (let i = 0; i < data.length; i++) {
    state = (state * 48271) % 2147483647;
    data[i] = 90 + 60 * Math.sin(i / 37 / 3) + (state % 60);
  }
  return data;
}
const picture = (width = 96, height = 80): Sharp => sharp(rgb(width, height), { raw: { width, height, channels: 3 } });
const judged = async (bytes: Uint8Array): Promise<number> => {
  const { score, status } = await engine.detect(new Uint8Array(bytes));
  expect(status).not.toBe('NOT_APPLICABLE');
  expect(score).toBeGreaterThanOrEqual(0);
  expect(score).toBeLessThanOrEqual(1);
  return score!;
};

describe('pictures as they come', () => {
  it('grey, 16 bits, palette, CMYK, alpha and the first picture of an animation are judged', async () => {
    await judged(await picture().greyscale().png().toBuffer());
    await judged(await picture().toColourspace('rgb16').png().toBuffer());
    await judged(await picture().png({ palette: true, colours: 64 }).toBuffer());
    await judged(await picture().toColourspace('cmyk').jpeg().toBuffer());
    await judged(await picture().ensureAlpha(0.5).png().toBuffer());
    const frames = await sharp(Buffer.concat([rgb(96, 80), rgb(96, 80)]), {
      raw: { width: 96, height: 160, channels: 3, pageHeight: 80 } as never,
    })
      .gif({ delay: [100, 100] })
      .toBuffer();
    await judged(frames);
  });

  it('a picture rotated by its EXIF tag gets the score of the same picture stored upright', async () => {
    const upright = await picture().png().toBuffer();
    const tagged = await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).png().toBuffer();
    expect(Math.abs((await judged(tagged)) - (await judged(upright)))).toBeLessThan(1e-6);
  });

  it('a colour profile that is no profile does not matter, or is a typed error', async () => {
    const jpeg = await picture().jpeg({ quality: 95 }).toBuffer();
    const profile = Buffer.concat([Buffer.from('ICC_PROFILE\0\u0001\u0001', 'latin1'), Buffer.alloc(200, 0x5a)]);
    const head = Buffer.from([0xff, 0xe2, (profile.length + 2) >> 8, (profile.length + 2) & 255]);
    const broken = Buffer.concat([jpeg.subarray(0, 2), head, profile, jpeg.subarray(2)]);
    try {
      await judged(broken);
    } catch (error) {
      expect((error as VerilensError).code).toBe('BAD_INPUT');
    }
  });

  it('1 x 1, 1 x 20000 and 31 x 500 are too small to judge, and that is said; 32 x 20000 is judged', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 20000],
      [31, 500],
    ] as const) {
      const { status, score, reason } = await engine.detect(new Uint8Array(await picture(width, height).png().toBuffer()));
      expect([status, score]).toEqual(['NOT_APPLICABLE', null]);
      expect(reason).toContain(`${width} x ${height}`);
    }
    await judged(await picture(32, 20000).png().toBuffer());
  });

  it('one colour everywhere is not applicable', async () => {
    const data = new Uint8ClampedArray(64 * 64 * 4).fill(200);
    const flat = await engine.detect(await encodePng({ data, width: 64, height: 64 }));
    expect([flat.status, flat.score]).toEqual(['NOT_APPLICABLE', null]);
    expect(flat.reason).toContain('flat');
    const { status } = await engine.detect(await encodeJpeg({ data, width: 64, height: 64 }));
    expect(status).toBe('NOT_APPLICABLE');
  });

  it('a file cut off is an error, never a score', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    await expect(engine.detect(new Uint8Array(jpeg.subarray(0, jpeg.length >> 1)))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('evidence', () => {
  it('shows a map of tiles, regions inside the picture and the spectrum, when asked', async () => {
    const bytes = new Uint8Array(await picture(200, 120).png().toBuffer());
    const { evidence, curves, regions, models } = await engine.detect(bytes, { evidenceMaps: 1 });
    expect(evidence[0]).toMatchObject({ rows: 3, columns: 6, method: 'tiles', model: 'f2c' });
    expect(curves![0]!.series.map(({ name }) => name)).toEqual(['this picture', 'real pictures', 'generated pictures']);
    for (const { box } of regions) expect(box.x + box.width <= 200 && box.y + box.height <= 120).toBe(true);
    expect(models[0]!.evidence).toBe('frequency');
    expect((await engine.detect(bytes)).evidence).toEqual([]);
  });
});
