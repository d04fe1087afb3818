import type { Image } from '@verilens/core';
import { wasm } from '@verilens/vision';
import type { Area, Taps } from './letterbox.ts';

/** The weighted sums of `letterbox.ts` in WebAssembly SIMD, equal to it but for the last bits of floats. */
export interface SimdShrinker {
  /** Gives line by line [columns.count * 3] RGB, -1..1; the line is overwritten by the next. */
  shrink(image: Image, area: Area, columns: Taps, rows: Taps, line: (y: number, values: Float32Array) => void): void;
}

type RowsKernel = (source: number, stride: number, weights: number, taps: number, out: number, chunks: number) => void;
type ColumnsKernel = (line: number, starts: number, weights: number, taps: number, out: number, count: number) => void;

/** Source bytes worked on at once: they stay in the processor's cache, and memory does not grow with the picture. */
const STRIP = 1 << 18;

let made: SimdShrinker | undefined | null;

/** Undefined where WebAssembly SIMD is missing or forbidden. */
export function simdShrinker(): SimdShrinker | undefined {
  if (made === undefined) {
    try {
      made = shrinker(compile());
    } catch {
      made = null;
    }
  }
  return made ?? undefined;
}

function shrinker(module: WebAssembly.Module): SimdShrinker {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { e: { m: memory } });
  const sumRows = exports['rows'] as unknown as RowsKernel;
  const sumColumns = exports['columns'] as unknown as ColumnsKernel;
  return {
    shrink({ data, width }, area, columns, rows, line) {
      const rowBytes = area.width * 4;
      const chunks = (rowBytes + 15) >> 4;
      const step = area.height / rows.count;
      const group = Math.max(1, Math.floor((STRIP / rowBytes - rows.taps) / step));
      // Places in the memory, each a multiple of 16.
      const rowWeights = 0;
      const starts = rowWeights + padded(rows.weights.byteLength);
      const columnWeights = starts + padded(columns.count * 4);
      const sums = columnWeights + padded(columns.weights.byteLength);
      const out = sums + chunks * 64;
      const strip = out + padded(columns.count * 12);
      const stripRows = Math.ceil(group * step) + rows.taps + 1;
      const missing = Math.ceil((strip + stripRows * rowBytes + 16 - memory.buffer.byteLength) / 65536);
      if (missing > 0) memory.grow(missing);
      const bytes = new Uint8Array(memory.buffer);
      new Float32Array(memory.buffer, rowWeights, rows.weights.length).set(rows.weights);
      new Int32Array(memory.buffer, starts, columns.count).set(columns.first.map((first) => first * 16));
      new Float32Array(memory.buffer, columnWeights, columns.weights.length).set(columns.weights);
      const values = new Float32Array(memory.buffer, out, columns.count * 3);
      for (let y0 = 0; y0 < rows.count; y0 += group) {
        const y1 = Math.min(rows.count, y0 + group);
        const top = rows.first[y0]!;
        const bottom = rows.first[y1 - 1]! + rows.taps;
        const from = ((area.y + top) * width + area.x) * 4;
        if (area.width === width) bytes.set(data.subarray(from, from + (bottom - top) * rowBytes), strip);
        else
          for (let row = 0; row < bottom - top; row++)
            bytes.set(data.subarray(from + row * width * 4, from + row * width * 4 + rowBytes), strip + row * rowBytes);
        for (let y = y0; y < y1; y++) {
          sumRows(strip + (rows.first[y]! - top) * rowBytes, rowBytes, rowWeights + y * rows.taps * 4, rows.taps, sums, chunks);
          sumColumns(sums, starts, columnWeights, columns.taps, out, columns.count);
          line(y, values);
        }
      }
    },
  };
}

const padded = (bytes: number): number => (bytes + 15) & ~15;

/** `rows`: bytes of some rows, weighted and added, as floats. `columns`: groups of 4 floats (RGBA), weighted, added and scaled to -1..1, RGB kept. */
function compile(): WebAssembly.Module {
  const { get, set, simd, loadV128, storeV128, advance, repeat } = wasm;
  const loadSplat = simd(9, 2, 0); // v128.load32_splat
  const low8 = simd(137); // i16x8.extend_low_i8x16_u
  const high8 = simd(138);
  const low16 = simd(169); // i32x4.extend_low_i16x8_u
  const high16 = simd(170);
  const float = simd(250); // f32x4.convert_i32x4_s
  const times = simd(230); // f32x4.mul
  const plus = simd(228); // f32x4.add
  const vector = (value: number): wasm.Code => simd(12, ...new Uint8Array(Float32Array.from({ length: 4 }, () => value).buffer)); // v128.const
  const move = (to: number, from: number): wasm.Code => [...get(from), ...set(to)];

  const rows = ((): wasm.WasmFunction => {
    const [source, stride, weights, taps, out, chunks] = [0, 1, 2, 3, 4, 5] as const;
    const [bytes, weight, left, address, weightAt] = [10, 11, 12, 13, 14] as const;
    const sums = [6, 7, 8, 9];
    const wide = [
      [low8, low16],
      [low8, high16],
      [high8, low16],
      [high8, high16],
    ] as const;
    return {
      parameters: 6,
      vectors: 6,
      numbers: 3,
      body: repeat(
        chunks,
        sums.flatMap((sum) => [...vector(0), ...set(sum)]),
        move(left, taps),
        move(address, source),
        move(weightAt, weights),
        repeat(
          left,
          [...get(weightAt), ...loadSplat, ...set(weight)],
          [...get(address), ...loadV128(), ...set(bytes)],
          sums.flatMap((sum, i) => [
            ...get(sum),
            ...get(bytes),
            ...wide[i]!.flat(),
            ...float,
            ...get(weight),
            ...times,
            ...plus,
            ...set(sum),
          ]),
          [...get(address), ...get(stride), ...wasm.addI32, ...set(address)],
          advance(weightAt, 4),
        ),
        sums.flatMap((sum, i) => [...get(out), ...get(sum), ...storeV128(16 * i)]),
        advance(source, 16),
        advance(out, 64),
      ),
    };
  })();

  const columns = ((): wasm.WasmFunction => {
    const [line, starts, weights, taps, out, count] = [0, 1, 2, 3, 4, 5] as const;
    const [sum, left, address] = [6, 7, 8] as const;
    return {
      parameters: 6,
      vectors: 1,
      numbers: 2,
      body: repeat(
        count,
        [...vector(0), ...set(sum)],
        move(left, taps),
        [...get(line), ...get(starts), ...wasm.loadI32(), ...wasm.addI32, ...set(address)],
        repeat(
          left,
          [...get(sum), ...get(address), ...loadV128(), ...get(weights), ...loadSplat, ...times, ...plus, ...set(sum)],
          advance(address, 16),
          advance(weights, 4),
        ),
        [...get(sum), ...vector(1 / 127.5), ...times, ...vector(-1), ...plus, ...set(sum)],
        [...get(out), ...get(sum), ...simd(91, 0, 0, 0)], // v128.store64_lane: red, green
        [...get(out), ...get(sum), ...simd(90, 0, 8, 2)], // v128.store32_lane: blue
        advance(starts, 4),
        advance(out, 12),
      ),
    };
  })();
  return wasm.compileWasm({ rows, columns });
}
