import { wasm } from '@verilens/vision';
import type { YuvColour, YuvPlanes } from './yuv.ts';
import { yuvCoefficients } from './yuv.ts';

/**
 * The conversion of `yuv.ts` in WebAssembly SIMD, eight pixels a step and bit for bit equal to it: one function for each way
 * in which chroma lies in a row. The module is written out below as instructions (no build step, nothing to download): about
 * 1,500 bytes.
 */
export interface SimdConverter {
  /** Where the decoder may put a frame of `size` bytes for `convert` to read. */
  input(size: number): Uint8Array<ArrayBuffer>;
  /** Converts the frame in `input` to RGBA, [height, width, 4]. Planes' offsets are those inside `input`. */
  convert(source: Omit<YuvPlanes, 'data'>, target: Uint8ClampedArray): void;
}

type Kernel = (luma: number, cb: number, cr: number, out: number, groups: number) => void;
/** `half`: a sample for two columns; `paired`: the same, Cb and Cr in turn in one plane; `full`: a sample a column. */
type ChromaRow = 'half' | 'paired' | 'full';

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
  const kernels = instance.exports as unknown as Readonly<Record<ChromaRow, Kernel>>;
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
    convert({ width, height, planes, shiftX, shiftY, interleaved }, target) {
      const row = kernels[interleaved ? 'paired' : shiftX === 1 ? 'half' : 'full'];
      const groups = (width + 7) >> 3;
      const line = groups * 32;
      const out = inputSize;
      grow(out + line * height + 32);
      const [luma, cb] = planes;
      const cr = planes[2] ?? cb;
      for (let y = 0; y < height; y++) {
        const chroma = y >> shiftY;
        row(luma!.offset + y * luma!.stride, cb!.offset + chroma * cb!.stride, cr!.offset + chroma * cr!.stride, out + y * line, groups);
      }
      if (line === width * 4) target.set(new Uint8Array(memory.buffer, out, target.length));
      else for (let y = 0; y < height; y++) target.set(new Uint8Array(memory.buffer, out + y * line, width * 4), y * width * 4);
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
  /** Eight bytes as 16-bit numbers: v128.load8x8_u. */
  const eight = (address: number, into: number): number[] => [...get(address), ...simd(2, 0, 0), ...set(into)];
  /** Four of the next eight bytes, each twice, as 16-bit numbers: those at `start`, `start + step` ... */
  const doubled = (address: number, into: number, start: number, step: number): number[] => [
    ...get(address),
    ...simd(93, 0, 0), // v128.load64_zero
    ...zero,
    ...shuffle(...[0, 1, 2, 3].flatMap((i) => [start + step * i, 16, start + step * i, 16])),
    ...set(into),
  ];
  const chroma: Readonly<Record<ChromaRow, readonly number[]>> = {
    half: [...doubled(cb!, u!, 0, 1), ...doubled(cr!, v!, 0, 1), ...advance(cb!, 4), ...advance(cr!, 4)],
    paired: [...doubled(cb!, u!, 0, 2), ...doubled(cb!, v!, 1, 2), ...advance(cb!, 8)],
    full: [...eight(cb!, u!), ...eight(cr!, v!), ...advance(cb!, 8), ...advance(cr!, 8)],
  };
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
  const step = (way: ChromaRow): number[] => [
    ...eight(luma!, y!),
    ...chroma[way],
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
    ...advance(out!, 32),
  ];
  const row = (way: ChromaRow): wasm.WasmFunction => ({ parameters: 5, vectors: 8, body: wasm.repeat(groups!, step(way)) });
  return wasm.compileWasm({ half: row('half'), paired: row('paired'), full: row('full') }, ['r', 'g', 'h', 'b', 's', 't', 'u']);
}
