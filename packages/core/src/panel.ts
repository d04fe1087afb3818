import { abortable } from './abortable.ts';
import type { Detector, DetectionResult, DetectOptions, ModelScore } from './detector.ts';
import { distribute } from './distribute.ts';
import { throwIfAborted, VerilensError } from './errors.ts';
import { checkDetectionResult, fuse, fuseByEvidence, type EvidenceScore } from './fusion.ts';
import type { VideoFrame } from './image.ts';
import type { Device } from './runtime.ts';
import type { FaceStage, MediaInfo, OpenedMedia } from './services.ts';

/** One verdict from all detectors, and each one's own answer beside it. */
export interface PanelResult extends DetectionResult {
  readonly media: { readonly kind: 'image' | 'video'; readonly info: MediaInfo };
  /** Temporal, spatial and frequency evidence kept apart; kinds nobody looked for are left out. */
  readonly byEvidence: readonly EvidenceScore[];
  /** Each detector's whole answer, in the order the plugins were given. */
  readonly detectors: readonly { readonly name: string; readonly result: DetectionResult }[];
  /** Detectors that should have judged and failed. The status is never AUTHENTIC then. */
  readonly failures: readonly { readonly name: string; readonly error: VerilensError }[];
  /** The detector the fused score comes from. */
  readonly decidedBy?: string;
  /** Upper bound of the share of authentic items this panel calls manipulated, when all its members state theirs. */
  readonly falseAlarmRate?: number;
}

export interface PanelSetting {
  readonly detectors: readonly Detector[];
  readonly device: Device;
  /** Asked for only when a detector wants faces. */
  readonly faceStage: () => Promise<FaceStage>;
}

/**
 * Runs every detector that applies over one opened medium. Decoding happens once, faces are found once per clip
 * shape, and the detectors read in lock-step, so memory does not grow with the medium's length.
 *
 * @throws VerilensError whatever the medium itself throws; a detector's own failure only when no other could judge
 */
export async function judge(media: OpenedMedia, setting: PanelSetting, options: DetectOptions = {}): Promise<PanelResult> {
  const started = performance.now();
  const { signal } = options;
  const { detectors } = setting;
  throwIfAborted(signal, 'engine');
  const applying: Detector[] = [];
  const declined = new Map<Detector, string>();
  for (const detector of detectors) {
    const reason = whyNot(detector, media.kind);
    if (reason === undefined) applying.push(detector);
    else declined.set(detector, reason);
  }

  let sourceError: { readonly error: unknown } | undefined;
  const frames = watch(abortable(media.frames, signal, 'frames'), (error) => {
    sourceError ??= { error };
  });
  if (applying.length === 0) await media.frames[Symbol.asyncIterator]().return?.();
  const inputs = await distribute(frames, applying, setting.faceStage, signal);
  const answers = await Promise.allSettled(
    applying.map(async (detector, index) => {
      const { input, close, clipsRead } = inputs[index]!;
      try {
        const result = checkDetectionResult(await detector.detect(await input(), options), detector.name);
        if (clipsRead?.() === 0 && result.status !== 'NOT_APPLICABLE' && sourceError === undefined)
          throw judgedNothing(detector.name, result);
        return result;
      } finally {
        await close();
      }
    }),
  );
  throwIfAborted(signal, 'engine');
  if (sourceError !== undefined) throw (sourceError as { readonly error: unknown }).error;

  const results: { readonly name: string; readonly result: DetectionResult }[] = [];
  const failures: { readonly name: string; readonly error: VerilensError }[] = [];
  for (const detector of detectors) {
    const reason = declined.get(detector);
    if (reason !== undefined) {
      results.push({ name: detector.name, result: notApplicable(reason, setting.device) });
      continue;
    }
    const answer = answers[applying.indexOf(detector)]!;
    if (answer.status === 'fulfilled') results.push({ name: detector.name, result: answer.value });
    else failures.push({ name: detector.name, error: asVerilensError(answer.reason, detector.name) });
  }
  if (failures.length > 0 && !results.some(({ result }) => result.score !== null)) throw failures[0]!.error;
  return assemble(results, failures, media, setting.device, performance.now() - started);
}

/** Why a detector has nothing to judge in this kind of medium, or undefined when it has. */
function whyNot(detector: Detector, kind: 'image' | 'video'): string | undefined {
  const { demand } = detector;
  if (kind === 'video') return demand.kind === 'image' ? `${detector.name} judges still images, not videos` : undefined;
  if (demand.kind === 'frames') return `${detector.name} judges videos; a still image has no motion to look at`;
  if (demand.kind === 'face-clips' && demand.frames > 1) {
    return `${detector.name} judges runs of ${demand.frames} frames; a still image has only one`;
  }
  return undefined;
}

function judgedNothing(name: string, result: DetectionResult): VerilensError {
  return new VerilensError('BAD_PLUGIN', 'a score without any face to judge', {
    place: name,
    expected: 'NOT_APPLICABLE when no clip comes',
    got: `${result.status} with ${result.score}`,
  });
}

/** Remembers an error of the medium itself: it is everybody's, not one detector's. */
async function* watch(source: AsyncIterable<VideoFrame>, remember: (error: unknown) => void): AsyncGenerator<VideoFrame> {
  try {
    yield* source;
  } catch (error) {
    remember(error);
    throw error;
  }
}

function notApplicable(reason: string, device: Device): DetectionResult {
  return {
    status: 'NOT_APPLICABLE',
    score: null,
    threshold: 0.5,
    models: [],
    segments: [],
    regions: [],
    evidence: [],
    reason,
    device,
    durationMs: 0,
  };
}

function assemble(
  results: PanelResult['detectors'],
  failures: PanelResult['failures'],
  media: OpenedMedia,
  device: Device,
  durationMs: number,
): PanelResult {
  const models = results.flatMap(({ name, result }) => modelsOf(name, result));
  const fused = fuse(
    results.map(({ name, result }) => ({
      name,
      score: result.score,
      threshold: result.threshold,
      status: result.status,
      falseAlarmRate: falseAlarmRateOf(result),
    })),
    failures.map(({ name }) => name),
  );
  // why an answer is not sure is for those to say who judged; the others tell why there is none
  const asked = fused.status === 'INCONCLUSIVE' ? results.filter(({ result }) => result.status !== 'NOT_APPLICABLE') : results;
  const reasons = asked.flatMap(({ name, result }) => (result.reason === undefined ? [] : [sentence(name, result.reason)]));
  const reason =
    fused.status === 'NOT_APPLICABLE' || fused.status === 'INCONCLUSIVE'
      ? [...failures.map(({ name, error }) => sentence(name, error.message)), ...reasons].join('; ') ||
        fused.reason ||
        'no detector is installed'
      : undefined;
  const named = <T extends { readonly model?: string }>(pick: (result: DetectionResult) => readonly T[]): T[] =>
    results.flatMap(({ name, result }) => pick(result).map((item) => ({ ...item, model: item.model ?? name })));
  return {
    status: fused.status,
    score: fused.score,
    threshold: fused.threshold,
    models,
    segments: named((result) => result.segments).sort((a, b) => a.startMs - b.startMs),
    regions: named((result) => result.regions).sort((a, b) => a.timestampMs - b.timestampMs),
    evidence: named((result) => result.evidence),
    curves: named((result) => result.curves ?? []),
    reason,
    device,
    durationMs,
    media: { kind: media.kind, info: media.info },
    byEvidence: fuseByEvidence(models),
    detectors: results,
    failures,
    decidedBy: fused.decidedBy,
    falseAlarmRate: fused.falseAlarmRate,
  };
}

function modelsOf(name: string, result: DetectionResult): readonly ModelScore[] {
  if (result.models.length > 0) return result.models;
  const { score, threshold, status, reason } = result;
  return [{ name, evidence: 'fused', score, threshold, status, reason }];
}

/** A detector states its rate per part; its own is at most their sum. */
function falseAlarmRateOf(result: DetectionResult): number | undefined {
  const rates = result.models.filter((model) => model.score !== null).map((model) => model.falseAlarmRate);
  const known = rates.filter((rate) => rate !== undefined);
  return rates.length > 0 && known.length === rates.length
    ? Math.min(
        1,
        known.reduce((sum, rate) => sum + rate, 0),
      )
    : undefined;
}

function sentence(name: string, reason: string): string {
  return reason.startsWith(name) || reason.startsWith('[') ? reason : `${name}: ${reason}`;
}

function asVerilensError(error: unknown, place: string): VerilensError {
  if (error instanceof VerilensError) return error;
  return new VerilensError('RUN_FAILED', error instanceof Error ? error.message : String(error), { place, cause: error });
}
