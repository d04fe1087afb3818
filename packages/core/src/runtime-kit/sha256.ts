/** Lower-case hexadecimal SHA-256, by Web Crypto; pages without a secure context (plain http) have none, so there it is computed here. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  const digest =
    subtle === undefined ? sha256InScript(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** First 32 bits of the fractional part of `root`. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0;

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** FIPS 180-4, for pages without Web Crypto. Exported for its test. */
export function sha256InScript(bytes: Uint8Array): Uint8Array {
  const constants = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
  const state = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const tail = new Uint8Array(128);
  const whole = Math.floor(bytes.length / 64);
  tail.set(bytes.subarray(whole * 64));
  tail[bytes.length - whole * 64] = 0x80;
  const tailView = new DataView(tail.buffer);
  const last = (blocks - whole) * 64;
  tailView.setUint32(last - 8, Math.floor((bytes.length * 8) / 2 ** 32));
  tailView.setUint32(last - 4, (bytes.length * 8) >>> 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const w = new Uint32Array(64);
  const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by));
  for (let block = 0; block < blocks; block += 1) {
    for (let t = 0; t < 16; t += 1)
      w[t] = block < whole ? view.getUint32(block * 64 + t * 4) : tailView.getUint32((block - whole) * 64 + t * 4);
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15] as number;
      const y = w[t - 2] as number;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (constants[t] as number) + (w[t] as number)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, index) => (state[index] = (state[index] as number) + value));
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((value, index) => out.setUint32(index * 4, value));
  return digest;
}
