import { VerilensError } from '@verilens/core';
import { orient, type Orientation } from '@verilens/vision';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeJpeg, encodePng, encodeWebp, jpegRoundTrip, openMedia, webpRoundTrip } from '../src/index.ts';
import { collect, meanDifference, movingSquare } from './fixtures.ts';

async function pixels(
  source: Parameters<typeof openMedia>[0],
  options: Parameters<typeof openMedia>[1] = {},
): Promise<import('@verilens/core').Image> {
  await using media = await openMedia(source, options);
  expect(media.kind).toBe('image');
  const [frame] = await collect(media.frames());
  expect(frame!.index).toBe(0);
  expect([media.info.width, media.info.height]).toEqual([frame!.image.width, frame!.image.height]);
  return frame!.image;
}

const at = (image: { data: ArrayLike<number>; width: number }, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((k) => image.data[(y * image.width + x) * 4 + k]!);

describe('still pictures', () => {
  const picture = movingSquare(3, 64, 48);

  test('PNG round trip is exact', async () => {
    expect((await pixels(await encodePng(picture))).data).toEqual(picture.data);
  });

  test('JPEG and WebP round trips are close, lossless WebP is exact', async () => {
    expect(meanDifference((await pixels(await encodeJpeg(picture, { quality: 95 }))).data, picture.data)).toBeLessThan(2);
    expect(meanDifference((await pixels(await encodeWebp(picture))).data, picture.data)).toBeLessThan(4);
    expect((await pixels(await encodeWebp(picture, { quality: 100 }))).data).toEqual(picture.data);
  });

  test('a lower JPEG quality loses more', async () => {
    expect(meanDifference((await webpRoundTrip(picture, 100)).data, picture.data)).toBe(0);
    expect(meanDifference((await webpRoundTrip(picture, 20)).data, picture.data)).toBeGreaterThan(0.5);
    const fine = meanDifference((await jpegRoundTrip(picture, 95)).data, picture.data);
    const coarse = meanDifference((await jpegRoundTrip(picture, 20)).data, picture.data);
    expect(fine).toBeGreaterThan(0);
    expect(coarse).toBeGreaterThan(2 * fine);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is undone once', async (orientation) => {
    // Stored so that this orientation shows it upright: quarter turns undo each other, the rest undo themselves.
    const stored = await encodePng(
      orient(picture, ({ 6: 8, 8: 6 } as Record<number, Orientation>)[orientation] ?? (orientation as Orientation)),
    );
    const bytes = await sharp(stored)
      .removeAlpha()
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await using media = await openMedia(new Uint8Array(bytes));
    expect(media.info.orientation).toBe(orientation);
    const [frame] = await collect(media.frames());
    expect([frame!.image.width, frame!.image.height]).toEqual([64, 48]);
    expect(meanDifference(frame!.image.data, picture.data)).toBeLessThan(1.5);
  });

  test('grey, 16-bit, palette and CMYK become 8-bit RGBA', async () => {
    const grey = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect(at(await pixels(grey), 3, 3)).toEqual([128, 128, 128, 255]);
    const wide = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 200, g: 100, b: 50 } } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(wide).metadata()).depth).toBe('ushort');
    expect(at(await pixels(wide), 3, 3)).toEqual([200, 100, 50, 255]);
    const palette = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 10, g: 240, b: 30 } } })
      .png({ palette: true })
      .toBuffer();
    expect(at(await pixels(palette), 3, 3)).toEqual([10, 240, 30, 255]);
    const cmyk = await sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 200, g: 30, b: 30 } } })
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [r, g, b, a] = at(await pixels(cmyk), 8, 8);
    expect(a).toBe(255);
    expect(Math.abs(r! - 200) + Math.abs(g! - 30) + Math.abs(b! - 30)).toBeLessThan(60);
  });

  test('alpha is laid over the background, or kept', async () => {
    const half = await encodePng({ data: new Uint8ClampedArray([200, 0, 100, 128, 0, 0, 0, 0]), width: 2, height: 1 });
    const white = await pixels(half);
    expect(at(white, 1, 0)).toEqual([255, 255, 255, 255]);
    expect(Math.abs(at(white, 0, 0)[0]! - (200 * 128 + 255 * 127) / 255)).toBeLessThanOrEqual(1);
    expect(at(await pixels(half, { background: [0, 255, 0] }), 1, 0)).toEqual([0, 255, 0, 255]);
    expect(at(await pixels(half, { background: 'keep' }), 0, 0)).toEqual([200, 0, 100, 128]);
  });

  test('a 16-bit picture with alpha is laid over the background at 8 bits', async () => {
    const bytes = await sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect(at(await pixels(bytes), 1, 1)).toEqual([255, 255, 255, 255]);
  });

  test('pixels, blobs, streams and frames are sources too', async () => {
    const png = await encodePng(picture);
    expect(await pixels(picture)).toBe(picture);
    expect((await pixels(new Blob([png as Uint8Array<ArrayBuffer>]))).data).toEqual(picture.data);
    expect((await pixels(new Blob([png as Uint8Array<ArrayBuffer>]).stream())).data).toEqual(picture.data);
  });
});

describe('hostile pictures', () => {
  async function refusal(source: Parameters<typeof openMedia>[0], options: Parameters<typeof openMedia>[1] = {}): Promise<VerilensError> {
    const error = await openMedia(source, options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(VerilensError);
    return error as VerilensError;
  }

  test('a PNG that claims 60000 x 60000 is refused from its header', async () => {
    const png = await encodePng(movingSquare(0, 8, 8));
    new DataView(png.buffer, png.byteOffset).setUint32(16, 60000);
    new DataView(png.buffer, png.byteOffset).setUint32(20, 60000);
    const error = await refusal(png);
    expect(error.code).toBe('TOO_LARGE');
    expect(error.message).toContain('60000 x 60000');
  });

  test('a JPEG that claims 60000 x 60000 is refused from its header', async () => {
    const jpeg = await encodeJpeg(movingSquare(0, 8, 8));
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    new DataView(jpeg.buffer, jpeg.byteOffset).setUint16(frame + 5, 60000);
    new DataView(jpeg.buffer, jpeg.byteOffset).setUint16(frame + 7, 60000);
    expect((await refusal(jpeg)).code).toBe('TOO_LARGE');
  });

  test("the limit is the caller's", async () => {
    expect((await refusal(await encodeWebp(movingSquare(0)), { maxPixels: 100 })).code).toBe('TOO_LARGE');
    expect((await refusal(await encodePng(movingSquare(0)), { maxImageBytes: 10 })).code).toBe('TOO_LARGE');
  });

  test.each(['jpeg', 'png', 'webp'] as const)('a truncated %s is refused', async (format) => {
    const bytes = await { jpeg: encodeJpeg, png: encodePng, webp: encodeWebp }[format](movingSquare(0));
    for (const share of [0.02, 0.5, 0.9])
      expect((await refusal(bytes.slice(0, Math.max(12, bytes.length * share)))).code).toBe('BAD_INPUT');
  });

  test('empty bytes, text and unread formats', async () => {
    expect((await refusal(new Uint8Array(0))).code).toBe('BAD_INPUT');
    const text = await refusal(new TextEncoder().encode('Just a few words, no picture.'));
    expect(text.code).toBe('BAD_INPUT');
    expect(text.message).toContain('Just a few words');
    expect((await refusal(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).code).toBe('UNSUPPORTED');
    expect((await refusal(42 as never)).code).toBe('BAD_INPUT');
  });

  test('random bytes behind each magic number end in a typed error', async () => {
    const magics = [
      [0xff, 0xd8, 0xff, 0xe0],
      [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
      [...new TextEncoder().encode('RIFF1234WEBPVP8 ')],
      [...new TextEncoder().encode('GIF89a')],
      [0x49, 0x49, 0x2a, 0],
      [...new TextEncoder().encode('....ftypavif')],
      [...new TextEncoder().encode('....ftypisom')],
      [0x1a, 0x45, 0xdf, 0xa3],
    ];
    let state = 12345;
    for (const magic of magics) {
      const bytes = Uint8Array.from({ length: 4096 }, (_, i) => magic[i] ?? (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);
      expect(['BAD_INPUT', 'TOO_LARGE', 'UNSUPPORTED']).toContain((await refusal(bytes)).code);
    }
  });

  test('the extension does not matter, the source is read by content', async () => {
    expect(readFileSync(new URL('open-image.test.ts', import.meta.url)).length).toBeGreaterThan(0);
    expect((await refusal(new URL('open-image.test.ts', import.meta.url))).code).toBe('BAD_INPUT');
  });
});
