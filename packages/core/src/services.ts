import type { FaceClip, FaceClipSpec } from './face-clip.ts';
import type { Image, VideoFrame } from './image.ts';
import type { Runtime } from './runtime.ts';

/** Names a service and, to the compiler, its type. Made with `token`; the symbol is shared by all copies of core. */
export type Token<T> = symbol & { readonly __service?: T };

/** The token called `verilens/<name>`: the same in every copy of core, so two installed versions still meet. */
export function token<T>(name: string): Token<T> {
  return Symbol.for(`verilens/${name}`) as Token<T>;
}

/** Anything media can come as. A string is a file path in Node and a URL in browsers. */
export type MediaInput = string | URL | Uint8Array | Blob | ReadableStream<Uint8Array> | Image | AsyncIterable<VideoFrame>;

export interface MediaInfo {
  /** e.g. `mp4`, `webm`, `jpeg`, `png`, `webp`, `frames` */
  readonly format: string;
  /** In pixels as shown: orientation applied. 0 when only known from the frames. */
  readonly width: number;
  readonly height: number;
  /** Undefined when the source does not say (streams, cameras). 0 for a still image. */
  readonly durationMs?: number;
  readonly frameRate?: number;
  readonly codec?: string;
}

export interface OpenOptions {
  /** Frames a second to sample from a video; all when left out. */
  readonly fps?: number;
  /**
   * Instead: runs of `frames` consecutive source frames, started `perSecond` times a second. Detectors of temporal
   * traces need true neighbours. With `frameMs` frames of a run that come too soon after the last are left out
   * (`comesTooSoon`).
   */
  readonly bursts?: { readonly frames: number; readonly perSecond: number; readonly frameMs?: number };
  readonly signal?: AbortSignal;
}

/** Opened media. Frames are decoded as they are asked for; leaving the loop early closes the source. */
export interface OpenedMedia {
  readonly kind: 'image' | 'video';
  /** One frame for an image. May be iterated once. */
  readonly frames: AsyncIterable<VideoFrame>;
  readonly info: MediaInfo;
  /** Frees what `open` holds, for the case that `frames` is never iterated. */
  close?(): Promise<void>;
}

/** Opens media. Implemented by `media()` of `@verilens/media`. */
export interface FrameSource {
  /** @throws VerilensError NOT_FOUND, BAD_INPUT, UNSUPPORTED, TOO_LARGE, ABORTED */
  open(media: MediaInput, options?: OpenOptions): Promise<OpenedMedia>;
}

export interface FaceStageOptions {
  readonly signal?: AbortSignal;
  /** Nobody else reads these frames: those no longer needed may be released. Default false */
  readonly ownsFrames?: boolean;
}

/** Finds, follows, aligns and cuts out faces. Implemented by `faces()` of `@verilens/faces`. */
export interface FaceStage {
  /** Streams: memory does not grow with the video. Ends without a clip when there is no face long enough. */
  clips(frames: AsyncIterable<VideoFrame>, spec: FaceClipSpec, options?: FaceStageOptions): AsyncIterable<FaceClip>;
  /**
   * The same for several specs at once, so that faces are found only once; each clip says which spec it is for
   * (its place in `specs`). Without it the engine calls `clips` once per different spec.
   */
  clipsForAll?(
    frames: AsyncIterable<VideoFrame>,
    specs: readonly FaceClipSpec[],
    options?: FaceStageOptions,
  ): AsyncIterable<{ readonly spec: number; readonly clip: FaceClip }>;
  dispose?(): Promise<void>;
}

/** The runtime of this engine. */
export const RUNTIME: Token<Runtime> = /* @__PURE__ */ token<Runtime>('runtime');
export const FRAME_SOURCE: Token<FrameSource> = /* @__PURE__ */ token<FrameSource>('frame-source');
export const FACE_STAGE: Token<FaceStage> = /* @__PURE__ */ token<FaceStage>('face-stage');

/** Asks for another service inside a factory. */
export type Resolve = <T>(token: Token<T>) => Promise<T>;

export interface ServiceRegistrar {
  /** The factory runs when the service is first asked for, once per engine. A result with `dispose` is disposed of with the engine. */
  register<T>(token: Token<T>, factory: (resolve: Resolve) => T | Promise<T>): void;
}

/**
 * Something an engine is composed of besides plugins. A package offers it as a function:
 *
 * @example
 * export function faces(options: FacesOptions = {}): Service {
 *   return {
 *     name: 'faces',
 *     register: (services) => services.register(FACE_STAGE, async (resolve) => createFaceStage(await resolve(RUNTIME), options)),
 *   };
 * }
 */
export interface Service {
  readonly name: string;
  register(services: ServiceRegistrar): void;
}
