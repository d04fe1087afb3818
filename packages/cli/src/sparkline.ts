const BARS = '▁▂▃▄▅▆▇█';

/** The last values as one line of bars, pooled to `width` by their mean. Values that are not finite are left out. */
export function sparkline(values: readonly number[], width: number): string {
  const known = values.filter(Number.isFinite);
  const group = Math.max(1, Math.ceil(known.length / width));
  const means: number[] = [];
  for (let i = 0; i < known.length; i += group) {
    const part = known.slice(i, i + group);
    means.push(part.reduce((a, b) => a + b, 0) / part.length);
  }
  const low = Math.min(...means);
  const high = Math.max(...means);
  return means.map((v) => BARS[high === low ? 0 : Math.round(((v - low) / (high - low)) * (BARS.length - 1))]!).join('');
}
