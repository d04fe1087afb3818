import type { Image } from '@verilens/core';
import {
  createRandom,
  drawPostProcessing,
  MILD_POST_PROCESSING,
  nameOfPostProcessing,
  postProcess,
  type PostProcessing,
} from '@verilens/data';
import { jpegRoundTrip } from '@verilens/media';
import { describe, expect, it } from 'vitest';

const picture: Image = {
  width: 40,
  height: 30,
  data: Uint8ClampedArray.from({ length: 4800 }, (_, i) => (i % 4 === 3 ? 255 : (i * 97 + ((i * i) % 61)) % 256)),
};
const detail = ({ data, width }: Image): number => {
  let sum = 0;
  for (let i = 0; i + 4 < data.length; i += 4) if ((i / 4) % width !== width - 1) sum += Math.abs(data[i]! - data[i + 4]!);
  return sum / data.length;
};
const run = (...steps: PostProcessing[]): Promise<Image> => postProcess(picture, steps, createRandom(5));

describe('postProcess', () => {
  it('uses a real JPEG encoder, and a real WebP encoder', async () => {
    expect((await run({ kind: 'jpeg', quality: 60 })).data).toEqual((await jpegRoundTrip(picture, 60)).data);
    expect((await run({ kind: 'webp', quality: 100 })).data).toEqual(picture.data);
    expect((await run({ kind: 'webp', quality: 50 })).data).not.toEqual(picture.data);
  });

  it('takes detail away with blur and with the detour over a screen, adds it with noise', async () => {
    const before = detail(picture);
    expect(detail(await run({ kind: 'blur', sigma: 1 }))).toBeLessThan(0.5 * before);
    const screen = await run({ kind: 'screenshot', scale: 1.25 });
    expect([screen.width, screen.height]).toEqual([40, 30]);
    expect(detail(screen)).toBeLessThan(before);
    const flat: Image = { ...picture, data: new Uint8ClampedArray(4800).fill(128) };
    const noisy = await postProcess(flat, [{ kind: 'noise', deviation: 5 }], createRandom(1));
    const values = [...noisy.data].filter((_, i) => i % 4 !== 3);
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - 128) ** 2, 0) / values.length);
    expect(deviation).toBeGreaterThan(4.6);
    expect(deviation).toBeLessThan(5.4);
    expect(noisy.data[3]).toBe(128);
  });

  it('changes sizes, one step after the other, the same for the same stream', async () => {
    const steps: PostProcessing[] = [
      { kind: 'resize', scale: 0.5 },
      { kind: 'crop', share: 0.5 },
      { kind: 'noise', deviation: 2 },
    ];
    const [a, b] = [await run(...steps), await run(...steps)];
    expect([a.width, a.height]).toEqual([10, 8]);
    expect(a.data).toEqual(b.data);
    expect((await run({ kind: 'crop', share: 1 })).data).toEqual(picture.data);
  });

  it('refuses strengths out of range', async () => {
    for (const step of [
      { kind: 'jpeg', quality: 0 },
      { kind: 'blur', sigma: -1 },
      { kind: 'resize', scale: 0 },
      { kind: 'crop', share: 2 },
    ] as const)
      await expect(run(step)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

describe('drawPostProcessing', () => {
  it('draws each kind with its chance, and names what it drew', () => {
    const random = createRandom(0);
    const drawn = Array.from({ length: 2000 }, () => drawPostProcessing(MILD_POST_PROCESSING, random)).flat();
    const share = (kind: string): number => drawn.filter((step) => step.kind === kind).length / 2000;
    for (const kind of ['blur', 'jpeg']) expect(Math.abs(share(kind) - 0.1)).toBeLessThan(0.025);
    expect(nameOfPostProcessing({ kind: 'jpeg', quality: 75 })).toBe('jpeg 75');
  });
});
