import { wasm } from '@verilens/vision';
import type { YuvColour, YuvPlanes } from './yuv.ts';
import { yuvCoefficients } from './yuv.ts';

/**
 * The 4:2:0 conversion of `yuv.ts` in WebAssembly SIMD, eight pixels a step and bit for bit equal to it.
 * The module is written out below as instructions (no build step, nothing to download): about 600 bytes.
 */
export interface SimdConverter {
  /** Where the decoder may put a frame of `size` bytes for `convert` to read. */
  input(size: number): Uint8Array<ArrayBuffer>;
  /** Converts the frame in `input` into a new buffer. Planes' offsets are those inside `input`. */
  convert(source: Omit<YuvPlanes, 'data'>): Uint8ClampedArray<ArrayBuffer>;
}

type Kernel = (luma: number, cb: number, cr: number, out: number, groups: number) => void;

let compiled: WebAssembly.Module | undefined | null;

/** Undefined where WebAssembly SIMD is missing or forbidden: use `yuvConverter` there. */
export function simdConverter(colour: YuvColour): SimdConverter | undefined {
  if (compiled === undefined) {
    try {
      compiled = compile();
    } catch {
      compiled = null;
    }
  }
  if (compiled === null) return undefined;
  const c = yuvCoefficients(colour);
  const pair = (low: number, high: number): number => (high << 16) | (low & 0xffff) | 0;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const number = (value: number): WebAssembly.Global => new WebAssembly.Global({ value: 'i32', mutable: false }, value);
  const instance = new WebAssembly.Instance(compiled, {
    e: {
      m: memory,
      r: number(pair(c.luma, c.redOfCr)),
      g: number(pair(c.luma, c.greenOfCr)),
      h: number(pair(c.greenOfCb, 0)),
      b: number(pair(c.luma, c.blueOfCb)),
      s: number(c.redBias),
      t: number(c.greenBias),
      u: number(c.blueBias),
    },
  });
  const row = instance.exports.row as unknown as Kernel;
  const grow = (bytes: number): void => {
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / 65536);
    if (missing > 0) memory.grow(missing);
  };
  let inputSize = 0;
  return {
    input(size) {
      inputSize = (size + 31) & ~15; // the last step may read a few bytes past the end
      grow(inputSize);
      return new Uint8Array(memory.buffer as ArrayBuffer, 0, size);
    },
    convert({ width, height, planes }) {
      const groups = (width + 7) >> 3;
      const line = groups * 32;
      const out = inputSize;
      grow(out + line * height + 32);
      const [luma, cb, cr] = planes;
      for (let y = 0; y < height; y++) {
        const half = y >> 1;
        row(luma!.offset + y * luma!.stride, cb!.offset + half * cb!.stride, cr!.offset + half * cr!.stride, out + y * line, groups);
      }
      const target = new Uint8ClampedArray(width * height * 4);
      if (line === width * 4) target.set(new Uint8Array(memory.buffer, out, target.length));
      else for (let y = 0; y < height; y++) target.set(new Uint8Array(memory.buffer, out + y * line, width * 4), y * width * 4);
      return target;
    },
  };
}

const { constant, get, global, set, shuffle, simd, storeV128, advance } = wasm;
const splat = simd(17); // i32x4.splat
const dot = simd(186); // i32x4.dot_i16x8_s: sums of products of neighbouring pairs
const add = simd(174); // i32x4.add
const shiftRight = simd(172); // i32x4.shr_s
const narrow32 = simd(134); // i16x8.narrow_i32x4_s
const narrow16 = simd(102); // i8x16.narrow_i16x8_u: cuts to 0..255

function compile(): WebAssembly.Module {
  const [luma, cb, cr, out, groups] = [0, 1, 2, 3, 4];
  const [y, u, v, red, green, blue, rg, ba] = [5, 6, 7, 8, 9, 10, 11, 12];
  const [kRed, kGreen, kGreenCb, kBlue, bRed, bGreen, bBlue] = [0, 1, 2, 3, 4, 5, 6];
  const zero = simd(12, ...Array<number>(16).fill(0));
  const opaque = simd(12, ...Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 255 : 0)));
  /** Four chroma bytes, each twice, as 16-bit numbers. */
  const chroma = (address: number, into: number): number[] => [
    ...get(address),
    ...simd(92, 0, 0),
    ...zero,
    ...shuffle(0, 16, 0, 16, 1, 17, 1, 17, 2, 18, 2, 18, 3, 19, 3, 19),
    ...set(into),
  ];
  /** The pairs (a, b) of four pixels: 0 the first four, 1 the last four. */
  const pairs = (a: number, b: number, half: 0 | 1): number[] => [
    ...get(a),
    ...get(b),
    ...shuffle(
      ...[0, 1, 2, 3]
        .flatMap((i) => [i, i].map((lane) => 2 * (lane + 4 * half)))
        .flatMap((low, i) => (i % 2 === 0 ? [low, low + 1] : [16 + low, 17 + low])),
    ),
  ];
  const channel = (into: number, k: number, bias: number, chromaLocal: number): number[] => {
    const half = (which: 0 | 1): number[] => [
      ...pairs(y!, chromaLocal, which),
      ...global(k),
      ...splat,
      ...dot,
      ...(into === green ? [...pairs(u!, v!, which), ...global(kGreenCb!), ...splat, ...dot, ...add] : []),
      ...global(bias),
      ...splat,
      ...add,
      ...constant(13),
      ...shiftRight,
    ];
    return [...half(0), ...half(1), ...narrow32, ...set(into)];
  };
  const interleaveBytes = shuffle(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const step = [
    ...get(luma!),
    ...simd(2, 0, 0),
    ...set(y!), // v128.load8x8_u
    ...chroma(cb!, u!),
    ...chroma(cr!, v!),
    ...channel(red!, kRed!, bRed!, v!),
    ...channel(green!, kGreen!, bGreen!, v!),
    ...channel(blue!, kBlue!, bBlue!, u!),
    ...get(red!),
    ...get(green!),
    ...narrow16,
    ...zero,
    ...interleaveBytes,
    ...set(rg!),
    ...get(blue!),
    ...opaque,
    ...narrow16,
    ...zero,
    ...interleaveBytes,
    ...set(ba!),
    ...get(out!),
    ...get(rg!),
    ...get(ba!),
    ...shuffle(0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23),
    ...storeV128(),
    ...get(out!),
    ...get(rg!),
    ...get(ba!),
    ...shuffle(8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31),
    ...storeV128(16),
    ...advance(luma!, 8),
    ...advance(cb!, 4),
    ...advance(cr!, 4),
    ...advance(out!, 32),
  ];
  return wasm.compileWasm({ row: { parameters: 5, vectors: 8, body: wasm.repeat(groups!, step) } }, ['r', 'g', 'h', 'b', 's', 't', 'u']);
}
