import { abortable } from './abortable.ts';
import { broadcast } from './broadcast.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { VerilensError } from './errors.ts';
import type { FaceClip, FaceClipSpec } from './face-clip.ts';
import type { VideoFrame } from './image.ts';
import type { FaceStage, FaceStageOptions } from './services.ts';
import { prefetch } from './stages.ts';

export interface PreparedInput {
  /** Made when asked for, so that no stream is opened that nobody reads. */
  input(): Promise<DetectorInput>;
  /** Lets go of the detector's share of the stream: a detector that stops early must not hold the others back. */
  close(): Promise<unknown>;
  /** How many face clips the detector has taken. */
  clipsRead?(): number;
}

/** One input per detector, all fed from one pass over the frames. */
export async function distribute(
  frames: AsyncIterable<VideoFrame>,
  detectors: readonly Detector[],
  faceStage: () => Promise<FaceStage>,
  signal: AbortSignal | undefined,
): Promise<readonly PreparedInput[]> {
  const prepared = new Map<Detector, PreparedInput>();
  const branches: ((branch: AsyncIterableIterator<VideoFrame>) => void)[] = [];

  for (const detector of detectors) {
    if (detector.demand.kind === 'face-clips') continue;
    const { kind } = detector.demand;
    branches.push((branch) => {
      prepared.set(detector, {
        input: async () => (kind === 'frames' ? { kind, frames: branch } : { kind, image: await onlyImage(branch) }),
        close: async () => branch.return?.(),
      });
    });
  }

  const groups = groupBySpec(detectors);
  if (groups.length > 0) {
    const stage = await faceStage();
    const specs = groups.map((group) => group.spec);
    const share = (
      branch: AsyncIterableIterator<VideoFrame>,
      clips: AsyncIterable<SpecClip>,
      members: readonly (readonly [number, Detector])[],
    ): void => {
      // While a detector computes, the faces of the next clip are found.
      const shares = broadcast(prefetch<SpecClip>(1).run(clips, { signal }), members.length, {
        route: ({ spec }) => members.flatMap(([wanted], consumer) => (wanted === spec ? [consumer] : [])),
      });
      let readers = members.length;
      for (const [consumer, [, detector]] of members.entries()) {
        const own = shares[consumer]!;
        let read = 0;
        prepared.set(detector, {
          input: async () => ({ kind: 'face-clips', clips: clipsOf(own, () => read++) }),
          async close() {
            await own.return?.();
            // A stage that was never started, or ended early, has not let go of its frames.
            if (--readers === 0) await branch.return?.();
          },
          clipsRead: () => read,
        });
      }
    };
    const forAll = stage.clipsForAll !== undefined && groups.length > 1;
    const options: FaceStageOptions = { signal, ownsFrames: branches.length === 0 && (forAll || groups.length === 1) };
    const members = groups.map((group, spec) => group.detectors.map((detector) => [spec, detector] as const));
    if (forAll) {
      branches.push((branch) => share(branch, abortable(stage.clipsForAll!(branch, specs, options), signal, 'faces'), members.flat()));
    } else {
      for (const [spec, group] of members.entries()) {
        branches.push((branch) =>
          share(branch, abortable(tagged(stage.clips(branch, specs[spec]!, options), spec), signal, 'faces'), group),
        );
      }
    }
  }

  // While faces are found, the next frames are decoded.
  const split = broadcast(prefetch<VideoFrame>(DECODED_AHEAD).run(frames, { signal }), branches.length, { buffer: FRAME_BUFFER });
  for (const [index, attach] of branches.entries()) attach(split[index]!);
  return detectors.map((detector) => prepared.get(detector)!);
}

/** Frames a branch may lag behind: enough that a batch in one detector does not stall the rest, little enough to hold. */
const FRAME_BUFFER = 4;

/** Frames decoded before anybody asks for them. */
const DECODED_AHEAD = 4;

function groupBySpec(detectors: readonly Detector[]): readonly { spec: FaceClipSpec; detectors: Detector[] }[] {
  const groups = new Map<string, { spec: FaceClipSpec; detectors: Detector[] }>();
  for (const detector of detectors) {
    if (detector.demand.kind !== 'face-clips') continue;
    const { kind: _, ...spec } = detector.demand;
    const key = JSON.stringify(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { spec, detectors: [detector] });
    else group.detectors.push(detector);
  }
  return [...groups.values()];
}

interface SpecClip {
  /** Place of the spec in the list of specs. */
  readonly spec: number;
  readonly clip: FaceClip;
}

async function* tagged(clips: AsyncIterable<FaceClip>, spec: number): AsyncGenerator<SpecClip> {
  for await (const clip of clips) yield { spec, clip };
}

async function* clipsOf(shared: AsyncIterable<SpecClip>, count: () => void): AsyncGenerator<FaceClip> {
  for await (const { clip } of shared) {
    count();
    yield clip;
  }
}

async function onlyImage(frames: AsyncIterable<VideoFrame>): Promise<VideoFrame['image']> {
  for await (const frame of frames) return frame.image;
  throw new VerilensError('BAD_INPUT', 'the image has no picture in it', { place: 'frames' });
}
