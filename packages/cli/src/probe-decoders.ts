import type { VideoFrame } from '@verilens/core';
import type { Check } from './commands/doctor.ts';
import { failureLine, toFailure } from './failure.ts';

/** Encodes a few frames in each format and decodes them again: what is reported has been done, not looked up. */
export async function probeDecoders(): Promise<Check[]> {
  const media = await import('@verilens/media');
  const image = testImage(64, 48);
  const checks: Check[] = [];
  const tryFormat = async (name: string, make: () => Promise<Uint8Array>, remedy: string): Promise<void> => {
    const started = performance.now();
    try {
      const bytes = await make();
      await using opened = await media.openMedia(bytes);
      let frames = 0;
      let distance = 0;
      for await (const frame of opened.frames()) {
        frames++;
        distance = Math.max(distance, meanDifference(frame.image.data, image.data));
      }
      const works = frames > 0 && distance < 12;
      const reason = works
        ? `decodes (${opened.info.decoder})`
        : frames === 0
          ? 'gave no frame'
          : `came back ${distance.toFixed(1)} grey levels away from what was encoded`;
      checks.push({ group: 'decoders', name, works, reason, remedy: works ? undefined : remedy, durationMs: performance.now() - started });
    } catch (error) {
      const failure = toFailure(error);
      checks.push({
        group: 'decoders',
        name,
        works: false,
        reason: failureLine({ ...failure, remedy: undefined }),
        remedy: failure.remedy ?? remedy,
        durationMs: performance.now() - started,
      });
    }
  };
  const pictures = 'Install the dependencies again: sharp has no library for this platform, or its files are missing.';
  const videos = 'Install the optional peer dependency @napi-rs/webcodecs, or ffmpeg.';
  await tryFormat('jpeg', () => media.encodeJpeg(image), pictures);
  await tryFormat('png', () => media.encodePng(image), pictures);
  await tryFormat('webp', () => media.encodeWebp(image), pictures);
  for (const [name, codec, ending] of [
    ['h264', 'h264', 'mp4'],
    ['vp9', 'vp9', 'webm'],
    ['vp8', 'vp8', 'webm'],
  ] as const) {
    await tryFormat(name, () => encodedVideo(image, codec, ending), videos);
  }
  return checks;
}

async function encodedVideo(image: VideoFrame['image'], codec: 'h264' | 'vp9' | 'vp8', ending: string): Promise<Uint8Array> {
  const [{ writeVideo }, { mkdtemp, readFile, rm }, { tmpdir }, { join }] = await Promise.all([
    import('@verilens/media'),
    import('node:fs/promises'),
    import('node:os'),
    import('node:path'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'verilens-doctor-'));
  try {
    const path = join(folder, `probe.${ending}`);
    await writeVideo([image, image, image], path, { frameRate: 25, codec });
    return new Uint8Array(await readFile(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function testImage(width: number, height: number): VideoFrame['image'] {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    const level = 60 + (120 * x) / width + (40 * y) / height;
    data.set([level, level, level, 255], i * 4);
  }
  return { data, width, height };
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.length; i += 4) sum += Math.abs(a[i]! - b[i]!);
  return sum / (a.length / 4);
}
