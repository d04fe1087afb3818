import { fuse, statusOf, type DetectionStatus, type EvidenceOptions, type FaceClip } from '@verilens/core';
import { forgeVideo, type Dataset, type DatasetItem, type ForgeOperation, type SourcePhoto } from '@verilens/data';
import { createFaceFinder, faceClips, type FaceFinder } from '@verilens/faces';
import type { Figures } from '@verilens/metrics';
import { CONFIGS } from './config.ts';
import { clipDemand } from './detector.ts';
import type { Network } from './network.ts';
import { clipPixels } from './pixels.ts';
import type { ClipPixels } from './traces.ts';
import { witnessScore, type TrackSum } from './verdict.ts';

/** Donors of whole-video swaps: the first photographed faces of the test footage. */
const DONORS = 3;

/** As the engine's face stage does: a window starts every half second. */
const EVERY_MS = 500;

/** A real video or a twin forged from it frame by frame, as a detector sees it. */
export interface WholeVideo {
  readonly video: string;
  /** `real`, an operation, or `swap 1` and so on by donor. */
  readonly twin: string;
  readonly clips: readonly { readonly trackId: number; readonly pixels: ClipPixels }[];
}

/**
 * The test videos and their forged twins, in full pictures and not encoded again. Each frame is forged as it comes:
 * for `reenact` with a mouth of the last 150 frames.
 */
export async function wholeVideos(footage: Dataset, photos: readonly SourcePhoto[], options: EvidenceOptions): Promise<WholeVideo[]> {
  const { runtime, signal } = options;
  const finder = await createFaceFinder(runtime, { signal });
  const donors = photos.slice(0, DONORS);
  const twins: { readonly name: string; readonly operation?: ForgeOperation; readonly donor?: SourcePhoto }[] = [
    { name: 'real' },
    ...donors.map((donor, i) => ({ name: `swap ${i + 1}`, operation: 'swap' as const, donor })),
    ...(['reenact', 'selfblend', 'resample'] as const).map((operation) => ({ name: operation, operation })),
    { name: 'paste', operation: 'paste', donor: donors[0] },
  ];
  const out: WholeVideo[] = [];
  try {
    for (const item of footage.items.filter(({ id }) => id.endsWith('.mp4'))) {
      const video = item.identity ?? item.id;
      for (const { name, operation, donor } of twins) {
        options.onProgress?.(`whole videos: ${video}, ${name}`, 0);
        out.push({ video, twin: name, clips: await clipsOf(item, finder, operation, { donor, seed: `stdt/${video}/${name}`, signal }) });
      }
    }
  } finally {
    await finder.dispose();
  }
  return out;
}

async function clipsOf(
  item: DatasetItem,
  finder: FaceFinder,
  operation: ForgeOperation | undefined,
  options: { readonly donor?: SourcePhoto; readonly seed: string; readonly signal?: AbortSignal },
): Promise<WholeVideo['clips']> {
  const config = CONFIGS.temporal;
  await using media = await item.open({ signal: options.signal });
  const frames = media.frames({ signal: options.signal });
  const shown = operation === undefined ? frames : forgeVideo(frames, finder, operation, options);
  const clips: { trackId: number; pixels: ClipPixels }[] = [];
  const found: AsyncIterable<FaceClip> = faceClips(shown, finder, clipDemand(config), { everyMs: EVERY_MS, signal: options.signal });
  for await (const clip of found) clips.push({ trackId: clip.trackId, pixels: clipPixels(clip, config) });
  return clips;
}

/** A calibrated network's score of each whole video as `<video>: <twin>`, and its thresholds. */
export async function videoScores(network: Network, videos: readonly WholeVideo[], signal?: AbortSignal): Promise<Figures> {
  const calibration = network.card.calibration!;
  const { manipulatedAt, authenticBelow } = calibration;
  const figures: Record<string, number> = { manipulatedAt, authenticBelow };
  for (const { video, twin, clips } of videos) {
    const tracks = new Map<number, TrackSum>();
    for (const { trackId, pixels } of clips) {
      const track = tracks.get(trackId) ?? { clips: 0, sum: 0 };
      track.clips++;
      track.sum += await network.logit(pixels, { signal });
      tracks.set(trackId, track);
    }
    const { score } = witnessScore({ name: 'stdt', evidence: 'temporal', calibration, tracks: [...tracks.values()] });
    figures[`${video}: ${twin}`] = score ?? 0;
  }
  return figures;
}

/** The verdict that the scores of both networks make together. */
export function videoVerdict(networks: readonly Figures[], name: string): DetectionStatus {
  const members = networks.map((figures, i) => {
    const threshold = figures['manipulatedAt']!;
    const score = figures[name]!;
    return {
      name: String(i),
      score,
      threshold,
      status: statusOf({ manipulatedAt: threshold, authenticBelow: figures['authenticBelow']! }, score),
    };
  });
  return fuse(members).status;
}
