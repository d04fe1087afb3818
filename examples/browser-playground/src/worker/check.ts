import {
  createEngine,
  type Engine,
  FRAME_SOURCE,
  type Image,
  type MediaInput,
  type PanelResult,
  sha256,
  type VideoFrame,
} from '@verilens/core';
import { createFaceFinder, faces } from '@verilens/faces';
import { encodePng, media, openMedia } from '@verilens/media';
import { f2c, shippedModel } from '@verilens/plugin-f2c';
import { shippedModels, stdt } from '@verilens/plugin-stdt';
import { jsonItem, type JudgedItem, reportHtml, type ReportModel, verdictSentence } from '@verilens/report';
import type { CheckAnswer, FaceSighting, Verdict } from '../protocol.ts';
import { previewOf } from './bitmaps.ts';
import type { Handlers } from './dispatch.ts';
import { type ClipTrail, heatOf } from './heat.ts';
import type { WorkerSession } from './session.ts';
import { type Watcher, watchedServices } from './watched-services.ts';

/** Moments whose evidence is mapped: as many as the command writes into its report. */
const EVIDENCE_MAPS = 6;
/** Previews are for the eye; more of them would cost the detector its time. */
const PREVIEW_EVERY_MS = 120;
const PREVIEW_PX = 640;

interface CheckEngine {
  readonly engine: Engine;
  /** What the running check wants to see; checks of one page run one after the other. */
  readonly watcher: Watcher;
}

const watchers = new WeakMap<Engine, Watcher>();

async function checkEngine(session: WorkerSession): Promise<CheckEngine> {
  const engine = await session.engine('check', async (runtime) => {
    const watcher: Watcher = { onFrame: undefined, onClip: undefined };
    const services = watchedServices([media(), faces()], watcher, session.times);
    const made = await createEngine({ runtime, plugins: [stdt(), f2c()], services });
    watchers.set(made, watcher);
    return made;
  });
  return { engine, watcher: watchers.get(engine)! };
}

/** Loads the detector and runs it once, so that the first file does not wait for that. */
export async function warm(session: WorkerSession): Promise<null> {
  await (await checkEngine(session)).engine.warmup();
  return null;
}

/** Judges a file, or the page's frames until they end. */
export function check(session: WorkerSession): Handlers['check'] {
  return async ({ source, name, type }, { signal, emit, frames }) => {
    const { engine, watcher } = await checkEngine(session);
    const trail: ClipTrail[] = [];
    const found: FaceSighting[] = [];
    let shownAt = 0;
    const show = (frame: VideoFrame, durationMs: number | undefined): void => {
      if (performance.now() - shownAt < PREVIEW_EVERY_MS) return;
      shownAt = performance.now();
      const share = durationMs ? Math.min(1, frame.timestampMs / durationMs) : undefined;
      void previewOf(frame, PREVIEW_PX).then((preview) => emit({ kind: 'preview', preview, share }));
    };
    watcher.onFrame = show;
    watcher.onClip = (clip) => {
      const { trackId, timestampsMs, boxes, transforms } = clip;
      const sighting = { trackId, timestampsMs: [...timestampsMs], boxes: [...boxes] };
      found.push(sighting);
      trail.push({ trackId, timestampsMs: sighting.timestampsMs, transforms: [...transforms] });
      emit({ kind: 'faces', sighting });
    };
    try {
      const input: MediaInput = source instanceof Blob ? source : shown(frames(), show);
      let verdict: Verdict | undefined;
      const onVerdict = (early: PanelResult): void => {
        verdict = verdictOf(early, found);
        emit({ kind: 'verdict', verdict });
      };
      const result = await engine.detect(input, { evidenceMaps: EVIDENCE_MAPS, onVerdict, signal });
      const still = result.media.kind === 'image' && source instanceof Blob ? await facesOfPicture(session, engine, source, signal) : [];
      // How long the verdict took, not the maps after it.
      verdict = { ...verdictOf(result, [...found, ...still]), durationMs: verdict?.durationMs ?? result.durationMs };
      return {
        verdict,
        heat: await Promise.all(result.evidence.map((map) => heatOf(map, trail, result.media.info))),
        ...(await reportOf(result, { source, name, type })),
      };
    } finally {
      watcher.onFrame = watcher.onClip = undefined;
    }
  };
}

async function* shown(
  frames: AsyncIterable<VideoFrame>,
  show: (frame: VideoFrame, durationMs: undefined) => void,
): AsyncGenerator<VideoFrame> {
  for await (const frame of frames) {
    show(frame, undefined);
    yield frame;
  }
}

function verdictOf(result: PanelResult, sightings: readonly FaceSighting[]): Verdict {
  const { media, status, score, threshold, models, segments, device, durationMs } = result;
  return {
    kind: media.kind,
    status,
    score,
    threshold,
    sentence: verdictSentence(result),
    models,
    segments,
    faces: sightings,
    device,
    durationMs,
    mediaMs: media.info.durationMs ?? lastMs(segments),
  };
}

function lastMs(segments: PanelResult['segments']): number {
  return segments.reduce((last, { endMs }) => Math.max(last, endMs), 0);
}

interface About {
  readonly source: unknown;
  readonly name: string;
  readonly type: string;
}

async function reportOf(result: PanelResult, { source, name, type }: About): Promise<Pick<CheckAnswer, 'html' | 'json'>> {
  const { info, kind } = result.media;
  const file = source instanceof Blob ? source : undefined;
  const item: JudgedItem = {
    name,
    media: {
      mimeType: type || `${kind}/${info.format}`,
      width: info.width || undefined,
      height: info.height || undefined,
      durationMs: info.durationMs ?? lastMs(result.segments),
      frameRate: info.frameRate,
      bytes: file?.size,
      sha256: file === undefined ? undefined : await sha256(new Uint8Array(await file.arrayBuffer())),
    },
    result,
  };
  const models: readonly ReportModel[] = [
    { name: 'stdt', cards: Object.values(shippedModels()).map(({ card }) => card) },
    { name: 'f2c', cards: [shippedModel().card] },
  ];
  return {
    html: await reportHtml([item], { encode: encodePng, models, generator: 'verilens playground' }),
    json: `${JSON.stringify(jsonItem(item), undefined, 2)}\n`,
  };
}

/** Context around a moment: enough for the one clip that holds it. */
const MOMENT = { beforeMs: 170, afterMs: 330 };

/** Evidence at any moment of a video: the clip around it is judged alone. Empty when no face is followed there. */
export function moment(session: WorkerSession): Handlers['moment'] {
  return async ({ source, timestampMs }, { signal }) => {
    const { engine, watcher } = await checkEngine(session);
    const trail: ClipTrail[] = [];
    watcher.onClip = ({ trackId, timestampsMs, transforms }) =>
      trail.push({ trackId, timestampsMs: [...timestampsMs], transforms: [...transforms] });
    try {
      const frames = framesAround(source, timestampMs, signal);
      const { evidence, media } = await engine.detect(frames, { evidenceMaps: 2, signal });
      return await Promise.all(evidence.map((map) => heatOf(map, trail, media.info)));
    } finally {
      watcher.onClip = undefined;
    }
  };
}

async function* framesAround(source: Blob, timestampMs: number, signal: AbortSignal): AsyncGenerator<VideoFrame> {
  await using opened = await openMedia(source, { signal });
  for await (const frame of opened.frames()) {
    if (frame.timestampMs > timestampMs + MOMENT.afterMs) return;
    if (frame.timestampMs >= timestampMs - MOMENT.beforeMs) yield frame;
  }
}

/** A still picture gives no clip to cut faces from; they are shown all the same. */
async function facesOfPicture(session: WorkerSession, engine: Engine, source: Blob, signal: AbortSignal): Promise<FaceSighting[]> {
  const image = await firstImage(engine, source, signal);
  await using finder = await createFaceFinder(session.runtime());
  const found = await finder.find(image, { signal });
  return found.map(({ box }, trackId) => ({ trackId, timestampsMs: [0], boxes: [box] }));
}

async function firstImage(engine: Engine, source: Blob, signal: AbortSignal): Promise<Image> {
  const opened = await (await engine.resolve(FRAME_SOURCE)).open(source, { signal });
  for await (const { image } of opened.frames) return image;
  throw new Error('the picture held no frame');
}
