/**
 * WebAssembly written out as instructions, for kernels of a few hundred bytes: no build step, nothing to download.
 * Numbers of sections and instructions are those of the WebAssembly core specification 2.0, chapter 5.
 */
export type Code = readonly number[];

export const I32 = 0x7f;
export const V128 = 0x7b;

/** Numbers of 7 bits a byte, lowest first. */
export const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);

export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if ((value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const global = (index: number): Code => [0x23, index];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const addI32: Code = [0x6a];
/** An instruction on 128 bits. */
export const simd = (code: number, ...immediate: Code): Code => [0xfd, ...unsigned(code), ...immediate];
export const shuffle = (...lanes: Code): Code => simd(13, ...lanes);
/** 16 bytes of the address on the stack; `offset` further on. */
export const loadV128 = (offset: number = 0): Code => simd(0, 0, ...unsigned(offset));
/** Address and 16 bytes on the stack. */
export const storeV128 = (offset: number = 0): Code => simd(11, 0, ...unsigned(offset));
export const loadI32 = (offset: number = 0): Code => [0x28, 2, ...unsigned(offset)];
export const advance = (local: number, by: number): Code => [...get(local), ...constant(by), ...addI32, ...set(local)];
/** Repeats while the counter, lowered by one each time, is not zero. Runs at least once. */
export const repeat = (counter: number, ...body: readonly Code[]): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...advance(counter, -1),
  ...get(counter),
  0x0d,
  0,
  0x0b,
];

/** A function that takes 32-bit numbers, its `V128` locals numbered after them, then its `I32` ones. It gives nothing back. */
export interface WasmFunction {
  readonly parameters: number;
  readonly vectors: number;
  readonly numbers?: number;
  readonly body: Code;
}

/** The first bytes of every module: its mark and the version of the format. */
const MAGIC: Code = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * A module of some functions over an imported memory `e.m`, with imported constants `e.<name>` (32 bits, `global(0)` the first).
 *
 * @throws CompileError where WebAssembly SIMD is missing, EvalError where a page's policy forbids it
 */
export function compileWasm(functions: Readonly<Record<string, WasmFunction>>, constants: readonly string[] = []): WebAssembly.Module {
  const vector = (...items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, body: Code): number[] => [id, ...unsigned(body.length), ...body];
  const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];
  const all = Object.entries(functions);
  return new WebAssembly.Module(
    new Uint8Array([
      ...MAGIC,
      ...section(1, vector(...all.map(([, { parameters }]) => [0x60, ...vector(...Array<Code>(parameters).fill([I32])), ...vector()]))),
      ...section(2, vector([...text('e'), ...text('m'), 2, 0, 1], ...constants.map((name) => [...text('e'), ...text(name), 3, I32, 0]))),
      ...section(3, vector(...all.map((_, index) => [index]))),
      ...section(7, vector(...all.map(([name], index) => [...text(name), 0, index]))),
      ...section(
        10,
        vector(
          ...all.map(([, { vectors, numbers = 0, body }]) => {
            const code = [...vector([...unsigned(vectors), V128], [...unsigned(numbers), I32]), ...body, 0x0b];
            return [...unsigned(code.length), ...code];
          }),
        ),
      ),
    ]),
  );
}
