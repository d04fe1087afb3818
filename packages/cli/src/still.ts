import { type DetectionResult, type Engine, FRAME_SOURCE, type Region } from '@verilens/core';
import type { Still } from '@verilens/report';

/** Later moments are not looked for: everything before them would have to be decoded again. */
const latestMs = 90_000;

/**
 * The picture of the most suspicious region, decoded again from the file. Undefined when there is no region or the
 * picture cannot be had: a report without it is still a report.
 */
export async function pickStill(engine: Engine, path: string, result: DetectionResult, signal: AbortSignal): Promise<Still | undefined> {
  let top: Region | undefined;
  for (const region of result.regions) if (region.timestampMs <= latestMs && (top === undefined || region.score > top.score)) top = region;
  if (top === undefined) return undefined;
  const at = top.timestampMs;
  try {
    const source = await engine.resolve(FRAME_SOURCE);
    const { frames } = await source.open(path, { signal });
    for await (const { image, timestampMs } of frames) {
      if (timestampMs < at - 1) continue;
      return { image, timestampMs, regions: result.regions.filter((region) => Math.abs(region.timestampMs - at) < 1) };
    }
  } catch {
    signal.throwIfAborted();
  }
  return undefined;
}
