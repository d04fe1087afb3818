/**
 * Elementary functions built from + - * / and square root alone. IEEE 754 fixes those to the last bit, while engines
 * are free in the last bits of `Math.sin`, `Math.exp` and `Math.log`: what is built from these is equal on every machine.
 */

const TWO_PI = 6.283185307179586;
const PI = 3.141592653589793;
const HALF_PI = 1.5707963267948966;
const LN2 = 0.6931471805599453;
const bits = new DataView(new ArrayBuffer(8));

/** Sine of `x` radians, |x| < 1e6; absolute error below 1e-9. */
export function exactSin(x: number): number {
  let r = x - TWO_PI * Math.floor(x / TWO_PI + 0.5); // -pi..pi
  if (r > HALF_PI) r = PI - r;
  else if (r < -HALF_PI) r = -PI - r;
  const s = r * r;
  // Taylor terms up to r^15, Horner form
  return (
    r *
    (1 +
      s *
        (-1 / 6 +
          s * (1 / 120 + s * (-1 / 5040 + s * (1 / 362880 + s * (-1 / 39916800 + s * (1 / 6227020800 + s * (-1 / 1307674368000))))))))
  );
}

/** Cosine of `x` radians, |x| < 1e6; absolute error below 1e-9. */
export function exactCos(x: number): number {
  return exactSin(x + HALF_PI);
}

/** Natural logarithm of a normal number x > 0; relative error below 1e-12. */
export function exactLog(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0); // 1..2
  if (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    exponent += 1;
  }
  // log m = 2 artanh((m - 1) / (m + 1)), |t| < 0.172
  const t = (mantissa - 1) / (mantissa + 1);
  const s = t * t;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * s + 1 / k;
  return exponent * LN2 + 2 * t * sum;
}

/** e to the power x, |x| < 700; relative error below 1e-12. */
export function exactExp(x: number): number {
  const n = Math.floor(x / LN2 + 0.5);
  const r = x - n * LN2;
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * r) / k;
  bits.setUint32(0, (n + 1023) << 20);
  bits.setUint32(4, 0);
  return sum * bits.getFloat64(0);
}

/**
 * Quantile of the standard normal law, 0 < p < 1; relative error below 1.2e-9.
 * Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
 */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(p);
  if (p > 1 - 0.02425) return -tail(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r - 30.66479806614716) * r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1)
  );
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * exactLog(p));
  return (
    (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q +
      2.938163982698783) /
    ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
  );
}
