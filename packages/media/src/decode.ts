import { throwIfAborted, VerilensError } from '@verilens/core';
import type { Orientation } from '@verilens/vision';
import type { EncodedPacket } from 'mediabunny';
import { frameConverter } from './frame-image.ts';
import type { LazyFrame } from './opened.ts';
import type { Codecs } from './platform.ts';

export interface DecodeOptions {
  readonly codecs: Codecs;
  readonly config: VideoDecoderConfig;
  readonly orientation: Orientation;
  readonly place: string;
  readonly maxPixels: number;
  readonly signal: AbortSignal | undefined;
}

/** Packets waiting in the decoder and frames waiting for the caller: enough to overlap the two, few enough for constant memory. */
const QUEUED_PACKETS = 16;
const READY_FRAMES = 8;
/** A decoder that neither gives a frame nor takes a packet for so long is stuck. */
const STUCK_MS = 20_000;

/**
 * Packets in order of decoding -> frames in order of presentation. Pulls: nothing is decoded ahead beyond a few frames.
 * @throws VerilensError BAD_INPUT when the decoder refuses a packet or loses frames, after what was decoded before has been given.
 */
export async function* decodePackets(
  packets: AsyncIterable<EncodedPacket>,
  options: DecodeOptions,
): AsyncGenerator<LazyFrame, void, undefined> {
  const { codecs, config, place, signal } = options;
  const reorders = /^(avc|hev|hvc)/.test(config.codec);
  const times = reorders && codecs.stampsInDecodeOrder ? new TimeHeap() : undefined;
  const ready: VideoFrame[] = [];
  let failure: unknown;
  let wake: (() => void) | undefined;
  const decoder = new codecs.VideoDecoder({
    output: (frame) => {
      ready.push(frame);
      wake?.();
    },
    error: (error) => {
      failure ??= error;
      wake?.();
    },
  });
  decoder.addEventListener?.('dequeue', () => wake?.());
  const abort = (): void => wake?.();
  signal?.addEventListener('abort', abort);
  const changed = async (ms: number): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    wake = undefined;
  };
  const converter = frameConverter(options.orientation, place);
  let index = 0;
  let fed = 0;
  let given = 0;
  const lazy = (frame: VideoFrame): LazyFrame | undefined => {
    given++;
    const microseconds = times === undefined ? frame.timestamp : times.pop()!;
    if (frame.codedWidth * frame.codedHeight > options.maxPixels) {
      frame.close();
      throw new VerilensError('TOO_LARGE', 'a frame of the video is too large', {
        place,
        expected: `at most ${options.maxPixels} pixels`,
        got: `${frame.codedWidth} x ${frame.codedHeight}`,
        remedy: 'Raise maxPixels if the file is trusted.',
      });
    }
    // Before zero lie frames an edit list cuts away: needed to decode the following ones, not shown.
    if (microseconds < 0) {
      frame.close();
      return undefined;
    }
    return {
      timestampMs: microseconds / 1000,
      index: index++,
      async image() {
        try {
          return await converter.convert(frame);
        } finally {
          frame.close();
        }
      },
      reuse: converter.reuse,
      release: () => frame.close(),
    };
  };
  const failed = (cause: unknown): VerilensError =>
    new VerilensError('BAD_INPUT', `the video cannot be decoded beyond frame ${index}`, {
      place,
      expected: `a sound ${config.codec} stream`,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });

  try {
    try {
      decoder.configure(config);
    } catch (cause) {
      throw failed(cause);
    }
    const source = packets[Symbol.asyncIterator]();
    try {
      for (;;) {
        throwIfAborted(signal, place);
        const next = await source.next();
        if (next.done === true) break;
        const packet = next.value;
        const timestamp = Math.round(packet.timestamp * 1e6);
        if (!Number.isFinite(timestamp))
          throw new VerilensError('BAD_INPUT', 'a packet of the video has no time', { place, got: `${packet.timestamp}` });
        let waited = 0;
        while (failure === undefined && decoder.decodeQueueSize >= QUEUED_PACKETS && ready.length === 0) {
          throwIfAborted(signal, place);
          const before = performance.now();
          await changed(50);
          waited += performance.now() - before;
          if (waited > STUCK_MS) throw failed(new Error('the decoder is stuck'));
        }
        while (ready.length > 0 && (ready.length >= READY_FRAMES || decoder.decodeQueueSize >= QUEUED_PACKETS / 2)) {
          const frame = lazy(ready.shift()!);
          if (frame !== undefined) yield frame;
          throwIfAborted(signal, place);
        }
        if (failure !== undefined) break;
        times?.push(timestamp);
        fed++;
        decoder.decode(
          new codecs.EncodedVideoChunk({
            type: packet.type,
            timestamp,
            duration: Math.max(0, Math.round(packet.duration * 1e6)),
            data: packet.data as Uint8Array<ArrayBuffer>,
          }),
        );
      }
    } catch (error) {
      // What was decoded before the damage is delivered first.
      if (error instanceof VerilensError && error.code === 'ABORTED') throw error;
      failure ??= error;
    } finally {
      await source.return?.(undefined);
    }
    let flushed = false;
    const flushing =
      decoder.state === 'configured' ? decoder.flush().catch((error: unknown) => void (failure ??= error)) : Promise.resolve();
    void flushing.then(() => {
      flushed = true;
      wake?.();
    });
    let waited = 0;
    while (!flushed || ready.length > 0) {
      throwIfAborted(signal, place);
      if (ready.length > 0) {
        const frame = lazy(ready.shift()!);
        waited = 0;
        if (frame !== undefined) yield frame;
      } else {
        const before = performance.now();
        await changed(50);
        waited += performance.now() - before;
        if (waited > STUCK_MS) throw failed(new Error('the decoder is stuck'));
      }
    }
    if (failure !== undefined) throw failure instanceof VerilensError ? failure : failed(failure);
    // Only for codecs with one frame per packet: VP8 and VP9 have packets that show nothing.
    if (reorders && given < fed) throw failed(new Error(`${fed - given} of ${fed} frames could not be decoded`));
  } finally {
    signal?.removeEventListener('abort', abort);
    for (const frame of ready.splice(0)) frame.close();
    if (decoder.state !== 'closed') decoder.close();
    // A decoder on another thread may still hand over a frame it had begun.
    setTimeout(() => ready.splice(0).forEach((frame) => frame.close()), 0);
  }
}

/** Smallest time first. A decoder gives frames in order of presentation, so its next frame is the smallest time it was fed and has not given. */
class TimeHeap {
  readonly #times: number[] = [];

  push(time: number): void {
    const times = this.#times;
    let i = times.length;
    // Reordering is local: times arrive nearly sorted, so inserting from the end touches a few places only.
    while (i > 0 && times[i - 1]! > time) i--;
    times.splice(i, 0, time);
  }

  pop(): number | undefined {
    return this.#times.shift();
  }
}
