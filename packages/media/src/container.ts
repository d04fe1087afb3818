import { throwIfAborted, VerilensError } from '@verilens/core';
import type { Orientation } from '@verilens/vision';
import type { EncodedPacket, InputVideoTrack, Source } from 'mediabunny';
import type { ByteSource } from './byte-source.ts';
import { decodePackets } from './decode.ts';
import type { Opened } from './opened.ts';
import type { Platform } from './platform.ts';
import type { Format } from './sniff.ts';
import { findTruncation } from './truncation.ts';
import type { OpenedInfo, OpenMediaOptions } from './types.ts';

type Mediabunny = typeof import('mediabunny');

/** EXIF code of a turn clockwise (degrees), and of a turn followed by a horizontal flip. */
const TURNS: Record<number, readonly [turned: Orientation, flipped: Orientation]> = { 0: [1, 2], 90: [6, 5], 180: [3, 4], 270: [8, 7] };

/** Opens MP4, MOV, WebM, MKV and MPEG-TS through mediabunny, decoded by WebCodecs or, where that refuses, by what else the platform has. */
export async function openContainer(source: ByteSource, format: Format, platform: Platform, options: OpenMediaOptions): Promise<Opened> {
  const place = `media ${source.name}`;
  const wish = options.decoder ?? 'auto';
  if (wish === 'ffmpeg') return otherwise(source, format, platform, options, 'ffmpeg was asked for');
  if (['avi', 'flv', 'asf', 'mpeg', 'ogg'].includes(format)) {
    if (wish === 'webcodecs')
      throw new VerilensError('UNSUPPORTED', `${format} files cannot be read here`, {
        place,
        expected: 'MP4, MOV, WebM or MKV',
        got: format,
      });
    return otherwise(source, format, platform, options, `${format} files are not read by this package`);
  }
  const codecs = await platform.codecs();
  if (codecs === undefined && wish === 'auto') {
    const other = await platform.openOtherwise?.(source, format, options);
    if (other !== undefined) return other;
  }
  if (codecs === undefined) {
    throw new VerilensError('UNSUPPORTED', 'there is no video decoder here', {
      place,
      expected: 'the WebCodecs API',
      got: 'none',
      remedy: platform.codecsRemedy,
    });
  }

  const bunny = await import('mediabunny');
  const missing = await findTruncation(source, format);
  const input = new bunny.Input({ formats: bunny.ALL_FORMATS, source: mediabunnySource(bunny, source) });
  try {
    const track = await readable(input.getPrimaryVideoTrack(), place, missing);
    if (track === null)
      throw new VerilensError('BAD_INPUT', 'the file has no video track', {
        place,
        expected: 'a video',
        got: missing === undefined ? 'sound or data only' : `a damaged file: ${missing}`,
      });
    const config = await readable(track.getDecoderConfig(), place, missing);
    const supported =
      config !== null &&
      (await codecs.VideoDecoder.isConfigSupported(config).then(
        (answer) => answer.supported === true,
        () => false,
      ));
    if (config === null || !supported) {
      const codec = config?.codec ?? String(await track.getInternalCodecId());
      const other = wish === 'auto' ? await platform.openOtherwise?.(source, format, options) : undefined;
      input.dispose();
      if (other !== undefined) return other;
      throw new VerilensError('UNSUPPORTED', 'this video codec cannot be decoded here', {
        place,
        expected: 'H.264, VP8, VP9 or AV1',
        got: codec,
        remedy: 'Convert the file to H.264 in MP4, or install ffmpeg.',
      });
    }
    const info = await describe(track, config, format, place, missing);
    const limit = options.maxPixels ?? DEFAULT_MAX_PIXELS;
    if (info.width * info.height > limit) {
      throw new VerilensError('TOO_LARGE', 'the video is too large', {
        place,
        expected: `at most ${limit} pixels`,
        got: `${info.width} x ${info.height}`,
        remedy: 'Raise maxPixels if the file is trusted.',
      });
    }
    return {
      kind: 'video',
      info,
      frames: (signal) =>
        decodePackets(packetsOf(bunny, track, missing, place, signal), {
          codecs,
          config,
          orientation: info.orientation,
          place,
          maxPixels: limit,
          signal,
        }),
      async close() {
        input.dispose();
        await source.close();
      },
    };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

export const DEFAULT_MAX_PIXELS = 100_000_000;

async function otherwise(source: ByteSource, format: Format, platform: Platform, options: OpenMediaOptions, why: string): Promise<Opened> {
  const opened = await platform.openOtherwise?.(source, format, options);
  if (opened !== undefined) return opened;
  throw new VerilensError('UNSUPPORTED', why, {
    place: `media ${source.name}`,
    expected: 'MP4, MOV, WebM or MKV',
    got: format,
    remedy: 'Convert the file, or install ffmpeg and use Node.',
  });
}

async function describe(
  track: InputVideoTrack,
  config: VideoDecoderConfig,
  format: Format,
  place: string,
  missing: string | undefined,
): Promise<OpenedInfo> {
  const width = await track.getCodedWidth();
  const height = await track.getCodedHeight();
  const orientation = TURNS[await track.getRotation()]![(await track.getFlip()) ? 1 : 0];
  const turned = orientation >= 5;
  const seconds = await readable(track.getDurationFromMetadata(), place, missing);
  // The first packets tell the rate; asking for all of them would read the whole of a file without an index.
  const stats = await track.computePacketStats(50).catch(() => undefined);
  const frameRate =
    stats !== undefined && stats.averagePacketRate > 0 && Number.isFinite(stats.averagePacketRate)
      ? Math.round(stats.averagePacketRate * 1000) / 1000
      : undefined;
  return {
    format,
    width: turned ? height : width,
    height: turned ? width : height,
    durationMs: seconds === null || !Number.isFinite(seconds) ? undefined : seconds * 1000,
    frameRate,
    codec: config.codec,
    orientation,
    decoder: 'webcodecs',
  };
}

/** All packets in order of decoding; the end of a truncated file is an error, not an end. */
async function* packetsOf(
  bunny: Mediabunny,
  track: InputVideoTrack,
  missing: string | undefined,
  place: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<EncodedPacket, void, undefined> {
  const sink = new bunny.EncodedPacketSink(track);
  let count = 0;
  let end = 0;
  try {
    for await (const packet of sink.packets()) {
      throwIfAborted(signal, place);
      count++;
      end = Math.max(end, packet.timestamp + packet.duration);
      yield packet;
    }
  } catch (error) {
    throw await damaged(error, place, missing);
  }
  if (missing !== undefined) throw truncated(place, missing, count);
  if (count === 0) throw new VerilensError('BAD_INPUT', 'the video track holds no frame', { place, expected: 'at least one', got: '0' });
  const promised = await endsEarly(track, end);
  if (promised !== undefined) {
    throw new VerilensError('BAD_INPUT', 'the video ends before its time: the file is damaged', {
      place,
      expected: `${promised.toFixed(2)} s`,
      got: `${end.toFixed(2)} s, ${count} frames`,
      remedy: 'Copy or download it again.',
    });
  }
}

/** Reading a WebM stops without a word at damaged bytes; then the track ends well before the length its header promises, in seconds. */
async function endsEarly(track: InputVideoTrack, end: number): Promise<number | undefined> {
  const promised = await track.getDurationFromMetadata().catch(() => null);
  if (promised === null || !Number.isFinite(promised) || promised - end <= Math.max(1, 0.05 * promised)) return undefined;
  // WebM knows only the length of the whole file: sound may simply last longer than the picture.
  const sound = await track.input.getPrimaryAudioTrack().catch(() => null);
  const soundEnd = sound === null ? 0 : await sound.computeDuration().catch(() => 0);
  return promised - soundEnd <= Math.max(1, 0.05 * promised) ? undefined : promised;
}

/** Mediabunny's own errors about damaged files, made ours. */
async function readable<T>(promise: Promise<T>, place: string, missing: string | undefined): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw await damaged(error, place, missing);
  }
}

async function damaged(error: unknown, place: string, missing: string | undefined): Promise<VerilensError> {
  if (error instanceof VerilensError) return error;
  const { InputDisposedError } = await import('mediabunny');
  if (error instanceof InputDisposedError)
    return new VerilensError('DISPOSED', 'the media was closed while it was read', { place, cause: error });
  if (missing !== undefined) return truncated(place, missing, undefined, error);
  return new VerilensError('BAD_INPUT', 'the file is damaged or not what it claims to be', {
    place,
    got: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function truncated(place: string, missing: string, frames: number | undefined, cause?: unknown): VerilensError {
  return new VerilensError('BAD_INPUT', 'the file is truncated', {
    place,
    expected: 'a whole file',
    got: frames === undefined ? missing : `${missing}; ${frames} frames were readable`,
    remedy: 'Copy or download it again.',
    cause,
  });
}

function mediabunnySource(bunny: Mediabunny, source: ByteSource): Source {
  if (source.stream !== undefined) return new bunny.ReadableStreamSource(source.stream());
  return new bunny.CustomSource({
    getSize: () => source.size!,
    read: (start, end) => source.read(start, end),
    prefetchProfile: 'fileSystem',
  });
}
