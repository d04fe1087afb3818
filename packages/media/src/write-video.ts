import { throwIfAborted, VerilensError, type Image, type VideoFrame } from '@verilens/core';
import type { EncodedPacket } from 'mediabunny';
import type { Codecs } from './platform.ts';
import { rgbaToI420 } from './rgba-to-i420.ts';

export interface WriteVideoOptions {
  /** Frames a second; frame n is shown at n / frameRate. Left out: the frames' own times are kept. */
  readonly frameRate?: number;
  /** Default: H.264 when it can be encoded here and the path does not end in `.webm`, else VP9, else VP8. */
  readonly codec?: 'h264' | 'vp9' | 'vp8';
  /** 1..100: how faithful. 100 is close to lossless (chroma is still halved). Default 80. */
  readonly quality?: number;
  /** Frames between key frames. Default 50. */
  readonly keyFrameEvery?: number;
  readonly signal?: AbortSignal;
}

export interface WrittenVideo {
  readonly frames: number;
  readonly codec: 'h264' | 'vp9' | 'vp8';
  readonly format: 'mp4' | 'webm';
}

/** Pixels of pictures without a time get theirs from `frameRate`. */
export type FramesToWrite = AsyncIterable<VideoFrame | Image> | Iterable<VideoFrame | Image>;

const CODEC_STRINGS = { h264: ['avc1.640034', 'avc1.4d0034', 'avc1.42001f'], vp9: ['vp09.00.51.08'], vp8: ['vp8'] } as const;

/** Encodes frames one at a time into a file at `path`, or into bytes when `path` is undefined. Memory does not grow with the length of a file. */
export async function writeVideoWith(
  codecs: Codecs,
  frames: FramesToWrite,
  path: string | undefined,
  options: WriteVideoOptions,
): Promise<WrittenVideo & { readonly bytes?: Uint8Array }> {
  const place = `media writeVideo ${path ?? ''}`.trim();
  const { frameRate, quality = 80, keyFrameEvery = 50, signal } = options;
  if (frameRate !== undefined && !(frameRate > 0 && frameRate <= 1000))
    throw new VerilensError('BAD_OPTION', 'frameRate is out of range', { place, expected: 'above 0, up to 1000', got: `${frameRate}` });
  if (!(quality >= 1 && quality <= 100))
    throw new VerilensError('BAD_OPTION', 'quality is out of range', { place, expected: '1..100', got: `${quality}` });
  const bunny = await import('mediabunny');
  let encoder: Encoder | undefined;
  let output: InstanceType<typeof bunny.Output> | undefined;
  let target: InstanceType<typeof bunny.BufferTarget> | undefined;
  let count = 0;
  let last = -1;
  try {
    for await (const item of frames) {
      throwIfAborted(signal, place);
      const image = 'image' in item ? item.image : item;
      const milliseconds = frameRate !== undefined ? (count * 1000) / frameRate : 'image' in item ? item.timestampMs : NaN;
      const timestamp = Math.round(milliseconds * 1000);
      if (!Number.isFinite(timestamp) || timestamp <= last) {
        throw new VerilensError('BAD_INPUT', 'frames need rising times', {
          place,
          expected: 'frameRate, or frames with rising timestampMs',
          got: `${milliseconds} ms after ${last / 1000} ms`,
        });
      }
      if (encoder === undefined) {
        const chosen = await chooseCodec(codecs, image, path, options, place);
        const { codec } = chosen;
        target = path === undefined ? new bunny.BufferTarget() : undefined;
        output = new bunny.Output({
          format: codec === 'h264' ? new bunny.Mp4OutputFormat() : new bunny.WebMOutputFormat(),
          target: target ?? new bunny.FilePathTarget(path!),
        });
        const track = new bunny.EncodedVideoPacketSource(codec === 'h264' ? 'avc' : codec);
        output.addVideoTrack(track, frameRate === undefined ? {} : { frameRate });
        await output.start();
        encoder = startEncoder(codecs, chosen, image, (chunk, metadata) => track.add(packetOf(bunny, chunk), metadata), place);
      }
      await encoder.add(image, timestamp, frameRate === undefined ? undefined : Math.round(1e6 / frameRate), count % keyFrameEvery === 0);
      last = timestamp;
      count++;
    }
    if (encoder === undefined || output === undefined)
      throw new VerilensError('BAD_INPUT', 'there was no frame to write', { place, expected: 'at least one', got: '0' });
    await encoder.finish();
    await output.finalize();
    const { codec } = encoder;
    return {
      frames: count,
      codec,
      format: codec === 'h264' ? 'mp4' : 'webm',
      ...(target?.buffer == null ? {} : { bytes: new Uint8Array(target.buffer) }),
    };
  } catch (error) {
    encoder?.close();
    if (output !== undefined && output.state !== 'finalized') await output.cancel().catch(() => undefined);
    throw error;
  }
}

interface Chosen {
  readonly codec: WrittenVideo['codec'];
  readonly config: VideoEncoderConfig;
}

async function chooseCodec(
  codecs: Codecs,
  image: Image,
  path: string | undefined,
  options: WriteVideoOptions,
  place: string,
): Promise<Chosen> {
  const { width, height } = image;
  const { quality = 80, frameRate } = options;
  // The Node encoder misplaces the chroma of odd sizes, and H.264 has none.
  if (width % 2 !== 0 || height % 2 !== 0)
    throw new VerilensError('BAD_INPUT', 'videos are written with even sides', {
      place,
      expected: 'even width and height',
      got: `${width} x ${height}`,
      remedy: 'Crop or pad the frames by a pixel.',
    });
  const order: readonly WrittenVideo['codec'][] =
    options.codec !== undefined ? [options.codec] : path?.endsWith('.webm') ? ['vp9', 'vp8'] : ['h264', 'vp9', 'vp8'];
  // Bits per pixel and frame on a curve from 0.03 (quality 1) over 0.3 (80) to 8 (100, more than any encoder spends).
  const bitsPerPixel = quality <= 80 ? 0.03 * 10 ** (quality / 80) : 0.3 * 10 ** (((quality - 80) / 20) * 1.43);
  const bitrate = Math.max(100_000, Math.round(bitsPerPixel * width * height * (frameRate ?? 25)));
  for (const codec of order) {
    for (const string of CODEC_STRINGS[codec]) {
      const config: VideoEncoderConfig = {
        codec: string,
        width,
        height,
        bitrate,
        framerate: frameRate ?? 25,
        latencyMode: 'quality',
        ...(codec === 'h264' ? { avc: { format: 'avc' } } : {}),
      };
      const answer = await codecs.VideoEncoder.isConfigSupported(config).catch(() => undefined);
      if (answer?.supported === true) return { codec, config };
    }
  }
  throw new VerilensError('UNSUPPORTED', 'none of these video codecs can be encoded here', {
    place,
    expected: order.join(', '),
    got: 'no encoder',
  });
}

interface Encoder {
  readonly codec: WrittenVideo['codec'];
  add(image: Image, timestamp: number, duration: number | undefined, keyFrame: boolean): Promise<void>;
  finish(): Promise<void>;
  close(): void;
}

function startEncoder(
  codecs: Codecs,
  { codec, config }: Chosen,
  first: Image,
  write: (chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined) => Promise<void>,
  place: string,
): Encoder {
  let failure: unknown;
  let writing = Promise.resolve();
  const failed = (): VerilensError =>
    failure instanceof VerilensError
      ? failure
      : new VerilensError('RUN_FAILED', 'the video encoder failed', {
          place,
          got: failure instanceof Error ? failure.message : String(failure),
          cause: failure,
        });
  const encoder = new codecs.VideoEncoder({
    output: (chunk, metadata) => {
      writing = writing.then(() => write(chunk, metadata)).catch((error: unknown) => void (failure ??= error));
    },
    error: (error) => (failure ??= error),
  });
  encoder.configure(config);
  let planes: Uint8Array<ArrayBuffer> | undefined;
  return {
    codec,
    async add(image, timestamp, duration, keyFrame) {
      if (image.width !== first.width || image.height !== first.height) {
        throw new VerilensError('BAD_INPUT', 'all frames of a video have one size', {
          place,
          expected: `${first.width} x ${first.height}`,
          got: `${image.width} x ${image.height}`,
        });
      }
      for (let tries = 0; encoder.encodeQueueSize >= 8 && failure === undefined; tries++) {
        if (tries > 20_000) failure = new Error('the encoder is stuck');
        await new Promise<void>((resolve) => setTimeout(resolve, 1));
      }
      if (failure !== undefined) throw failed();
      planes = rgbaToI420(image, planes);
      const frame = new codecs.VideoFrame(planes, {
        format: 'I420',
        codedWidth: image.width,
        codedHeight: image.height,
        timestamp,
        duration,
        colorSpace: BT601,
      });
      encoder.encode(frame, { keyFrame });
      frame.close();
      await writing;
    },
    async finish() {
      await encoder.flush();
      await writing;
      if (failure !== undefined) throw failed();
      encoder.close();
    },
    close() {
      if (encoder.state !== 'closed') encoder.close();
    },
  };
}

/** What `rgbaToI420` makes, written into the file. */
const BT601: VideoColorSpaceInit = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false };

/** Mediabunny's own conversion looks for a global class that Node does not have. */
function packetOf(bunny: typeof import('mediabunny'), chunk: EncodedVideoChunk): EncodedPacket {
  const data = new Uint8Array(chunk.byteLength);
  chunk.copyTo(data);
  return new bunny.EncodedPacket(data, chunk.type, chunk.timestamp / 1e6, (chunk.duration ?? 0) / 1e6);
}
