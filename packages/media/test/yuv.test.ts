import { describe, expect, test } from 'vitest';
import { simdConverter } from '../src/yuv-simd.ts';
import { yuvConverter, type YuvColour, type YuvPlanes } from '../src/yuv.ts';

const colours: YuvColour[] = (['bt601', 'bt709', 'bt2020'] as const).flatMap((matrix) =>
  [false, true].map((fullRange) => ({ matrix, fullRange })),
);
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

/** The definition, in floats. */
function exact(y: number, cb: number, cr: number, { matrix, fullRange }: YuvColour): number[] {
  const [kr, kb] = WEIGHTS[matrix];
  const l = fullRange ? y : ((y - 16) * 255) / 219;
  const [u, v] = [cb, cr].map((c) => (fullRange ? c - 128 : ((c - 128) * 255) / 224)) as [number, number];
  const r = l + 2 * (1 - kr) * v;
  const b = l + 2 * (1 - kb) * u;
  const g = (l - kr * r - kb * b) / (1 - kr - kb);
  return [r, g, b].map((value) => Math.min(255, Math.max(0, value)));
}

function noise(width: number, height: number): YuvPlanes {
  const cw = (width + 1) >> 1;
  const ch = (height + 1) >> 1;
  let state = 7;
  const data = Uint8Array.from({ length: width * height + 2 * cw * ch }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 20);
  return {
    data,
    width,
    height,
    planes: [
      { offset: 0, stride: width },
      { offset: width * height, stride: cw },
      { offset: width * height + cw * ch, stride: cw },
    ],
    shiftX: 1,
    shiftY: 1,
    interleaved: false,
  };
}

describe.each(colours)('$matrix, full range $fullRange', (colour) => {
  test('is the definition, rounded', () => {
    const source = noise(64, 48);
    const out = new Uint8ClampedArray(64 * 48 * 4);
    yuvConverter(colour)(source, out);
    let worst = 0;
    for (let i = 0; i < 64 * 48; i++) {
      const c = source.planes[1]!.offset + (Math.floor(i / 64) >> 1) * 32 + ((i % 64) >> 1);
      const expected = exact(source.data[i]!, source.data[c]!, source.data[c + 32 * 24]!, colour);
      for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs(out[i * 4 + k]! - expected[k]!));
      worst = Math.max(worst, 255 - out[i * 4 + 3]!);
    }
    expect(worst).toBeLessThan(0.55);
  });

  test.each([
    [64, 48],
    [101, 75],
    [7, 3],
    [1, 1],
    [640, 36],
  ])('SIMD equals it bit for bit at %i x %i', (width, height) => {
    const source = noise(width, height);
    const expected = new Uint8ClampedArray(width * height * 4);
    yuvConverter(colour)(source, expected);
    const simd = simdConverter(colour);
    expect(simd).toBeDefined();
    simd!.input(source.data.length).set(source.data);
    const given = new Uint8ClampedArray(expected.length);
    simd!.convert(source, given);
    expect(Buffer.compare(Buffer.from(given), Buffer.from(expected))).toBe(0);
  });
});

/** The same picture with its chroma laid out in another way. */
function laidOut(planar: YuvPlanes, shiftX: 0 | 1, shiftY: 0 | 1, interleaved: boolean): YuvPlanes {
  const { data, width, height } = planar;
  const columns = (width + shiftX) >> shiftX;
  const rows = (height + shiftY) >> shiftY;
  const plane = (k: 1 | 2): number[] =>
    Array.from({ length: columns * rows }, (_, i) => {
      const x = ((i % columns) << shiftX) >> 1;
      const y = (Math.floor(i / columns) << shiftY) >> 1;
      return data[planar.planes[k]!.offset + y * planar.planes[k]!.stride + x]!;
    });
  const [cb, cr] = [plane(1), plane(2)];
  const luma = width * height;
  const chroma = interleaved ? cb.flatMap((value, i) => [value, cr[i]!]) : [...cb, ...cr];
  return {
    data: Uint8Array.from([...data.subarray(0, luma), ...chroma]),
    width,
    height,
    planes: [
      { offset: 0, stride: width },
      { offset: luma, stride: interleaved ? 2 * columns : columns },
      ...(interleaved ? [] : [{ offset: luma + columns * rows, stride: columns }]),
    ],
    shiftX,
    shiftY,
    interleaved,
  };
}

describe.each([
  ['4:4:4', 0, 0, false],
  ['4:2:2', 1, 0, false],
  ['NV12', 1, 1, true],
] as const)('%s', (_, shiftX, shiftY, interleaved) => {
  test.each([
    [64, 48],
    [37, 25],
    [1, 1],
  ])('gives the picture of 4:2:0 at %i x %i, with SIMD too', (width, height) => {
    const colour: YuvColour = { matrix: 'bt709', fullRange: false };
    const planar = noise(width, height);
    const expected = new Uint8ClampedArray(width * height * 4);
    yuvConverter(colour)(planar, expected);
    const source = laidOut(planar, shiftX, shiftY, interleaved);
    const plain = new Uint8ClampedArray(expected.length);
    yuvConverter(colour)(source, plain);
    expect(Buffer.compare(Buffer.from(plain), Buffer.from(expected))).toBe(0);
    const simd = simdConverter(colour)!;
    simd.input(source.data.length).set(source.data);
    const given = new Uint8ClampedArray(expected.length);
    simd.convert(source, given);
    expect(Buffer.compare(Buffer.from(given), Buffer.from(expected))).toBe(0);
  });
});
