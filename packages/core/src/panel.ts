import { abortable } from './abortable.ts';
import type { Detector, DetectionResult, DetectOptions } from './detector.ts';
import { distribute } from './distribute.ts';
import { throwIfAborted, VerilensError } from './errors.ts';
import { checkDetectionResult } from './fusion.ts';
import type { VideoFrame } from './image.ts';
import { assemble, type PanelResult } from './panel-result.ts';
import type { Device } from './runtime.ts';
import type { FaceStage, OpenedMedia } from './services.ts';

export interface JudgeOptions extends Omit<DetectOptions, 'onVerdict'> {
  /** Called at most once, when every detector has its verdict and before those that were asked for evidence maps compute them. */
  onVerdict?: (verdict: PanelResult) => void;
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
export async function judge(media: OpenedMedia, setting: PanelSetting, options: JudgeOptions = {}): Promise<PanelResult> {
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
  const answers = new Map<Detector, Answer>();
  const panelResult = (): PanelResult => {
    const results: { readonly name: string; readonly result: DetectionResult }[] = [];
    const failures: { readonly name: string; readonly error: VerilensError }[] = [];
    for (const detector of detectors) {
      const reason = declined.get(detector);
      const answer: Answer = reason === undefined ? answers.get(detector)! : { result: notApplicable(reason, setting.device) };
      if ('result' in answer) results.push({ name: detector.name, result: answer.result });
      else failures.push({ name: detector.name, error: asVerilensError(answer.error, detector.name) });
    }
    if (failures.length > 0 && !results.some(({ result }) => result.score !== null)) throw failures[0]!.error;
    return assemble(results, failures, media, setting.device, performance.now() - started);
  };
  let told = options.onVerdict === undefined;
  const settle = (detector: Detector, answer: Answer): void => {
    answers.set(detector, answer);
    if (told || answers.size < applying.length || sourceError !== undefined || signal?.aborted) return;
    const all = [...answers.values()];
    if (all.some((one) => 'error' in one) && !all.some((one) => 'result' in one && one.result.score !== null)) return;
    told = true;
    options.onVerdict?.(panelResult());
  };
  await Promise.all(
    applying.map(async (detector, index) => {
      const { input, close, clipsRead } = inputs[index]!;
      const checked = (result: DetectionResult): DetectionResult => {
        checkDetectionResult(result, detector.name);
        if (clipsRead?.() === 0 && result.status !== 'NOT_APPLICABLE' && sourceError === undefined)
          throw judgedNothing(detector.name, result);
        return result;
      };
      const own: DetectOptions = { ...options, onVerdict: told ? undefined : (verdict) => settle(detector, { result: checked(verdict) }) };
      let answer: Answer;
      try {
        answer = { result: checked(await detector.detect(await input(), own)) };
      } catch (error) {
        answer = { error };
      } finally {
        await close();
      }
      settle(detector, answer);
    }),
  );
  throwIfAborted(signal, 'engine');
  if (sourceError !== undefined) throw (sourceError as { readonly error: unknown }).error;
  return panelResult();
}

type Answer = { readonly result: DetectionResult } | { readonly error: unknown };

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

function asVerilensError(error: unknown, place: string): VerilensError {
  if (error instanceof VerilensError) return error;
  return new VerilensError('RUN_FAILED', error instanceof Error ? error.message : String(error), { place, cause: error });
}
