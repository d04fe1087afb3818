import { VerilensError } from '@verilens/core';
import { basename, resolve } from 'node:path';
import { annotationPage, type PageFrame } from '../annotation-page.ts';
import { exitCode } from '../exit-code.ts';
import { createProgress } from '../progress.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';

export interface AnnotateCommandOptions {
  readonly out: string;
  readonly every: number;
  readonly most: number;
  readonly from: number;
}

/** Writes a page with some frames of a video, in which a person draws boxes and saves them. */
export async function annotate(
  name: string,
  { out, every, most, from }: AnnotateCommandOptions,
  environment: CliEnvironment,
): Promise<number> {
  const { terminal, folder, signal } = environment;
  const progress = createProgress(terminal);
  const file = await reserveFile(out, folder);
  const frames: PageFrame[] = [];
  let size = { width: 0, height: 0 };
  try {
    const { encodeJpeg, openMedia } = await import('@verilens/media');
    await using video = await openMedia(resolve(folder, name), { signal });
    let passed = 0;
    for await (const { image, timestampMs, index } of video.frames({ signal })) {
      if (timestampMs < from || passed++ % every !== 0) continue;
      const jpeg = await encodeJpeg(image, { quality: 88 });
      frames.push({
        frame: index,
        timestampMs: Math.round(timestampMs * 1000) / 1000,
        uri: `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`,
      });
      size = { width: image.width, height: image.height };
      progress.show(name, frames.length / most, `${frames.length} frames`);
      if (frames.length === most) break;
    }
    if (frames.length === 0)
      throw new VerilensError('BAD_INPUT', 'the video ends before the first frame asked for', {
        place: name,
        expected: `a frame at or after ${from} ms`,
        got: 'none',
        remedy: 'Give an earlier --from.',
      });
    await file.write(annotationPage(basename(name), size.width, size.height, frames));
  } finally {
    await file.discard();
    progress.clear();
  }
  terminal.out(`${frames.length} frames to place boxes on: open ${out} in a browser\n`);
  return exitCode.ok;
}
