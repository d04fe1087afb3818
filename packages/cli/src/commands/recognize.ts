import { FRAME_SOURCE, type OpenedMedia, type Recognition, type RecognizedTrack, searchLimit, VerilensError } from '@verilens/core';
import { type RecognitionItem, recognitionHtml } from '@verilens/report';
import { basename, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { expandInputs, type InputFile } from '../expand-inputs.ts';
import { failureLine, isAbort, toFailure, UsageError } from '../failure.ts';
import { fileFacts } from '../file-facts.ts';
import { createProgress } from '../progress.ts';
import { openRecognizer, type RecognizerChoice, type RecognizerSession } from '../recognizer-session.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';
import { paint, printable, type Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { readGallery } from './recognize-enrol.ts';

export interface RecognizeCommandOptions extends RecognizerChoice {
  readonly gallery?: string;
  readonly fps: number;
  readonly maxFalseAcceptRate?: number;
  readonly json?: boolean;
  readonly report?: string;
}

/** Everyone in every input; one that fails does not stop the others. */
export async function recognize(names: readonly string[], options: RecognizeCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal } = environment;
  if (names.length === 0 || options.gallery === undefined) {
    throw new UsageError(
      'Say what to look at and who is known: verilens recognize <inputs...> --gallery <file>. Run with --help for all options.',
    );
  }
  const gallery = await readGallery(resolve(folder, options.gallery));
  const report = options.report === undefined ? undefined : await reserveFile(options.report, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  const items: RecognitionItem[] = [];
  const inputs = await expandInputs(names, folder);
  const show = (item: RecognitionItem): void => {
    items.push(item);
    progress.clear();
    if (options.json === true) terminal.out(`${JSON.stringify(jsonLine(item))}\n`);
    else if ('failure' in item)
      terminal.err(`${printable(item.name)}  ${paint(terminal, 'red', 'FAILED')}  ${printable(failureLine(item.failure))}\n`);
    else for (const line of lines(item.name, item.recognition, terminal)) terminal.out(`${line}\n`);
  };
  let written = false;
  try {
    await using session = await openRecognizer(options, environment);
    const { recognizer } = session;
    await recognizer.loadGallery(gallery);
    try {
      for (const [index, input] of inputs.entries()) {
        if (signal.aborted) break;
        if ('error' in input) show({ name: input.name, failure: toFailure(input.error) });
        else {
          progress.show(input.name, undefined, `${index + 1} of ${inputs.length}`);
          show(await lookAt(session, input, options, environment, (fraction, detail) => progress.show(input.name, fraction, detail)));
        }
      }
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) throw error;
    }
    progress.clear();
    if (report !== undefined && recognizer.calibration !== undefined) {
      const { encodeImage } = await import('../encode-image.ts');
      await report.write(
        await recognitionHtml(items, {
          encode: encodeImage,
          generator: `verilens ${version()}`,
          incomplete: signal.aborted,
          calibration: recognizer.calibration,
          limit: options.maxFalseAcceptRate ?? searchLimit(recognizer.limits, recognizer.enrolled.length),
          pictureOf: (identity) => recognizer.pictureOf(identity),
          gallery: { name: basename(options.gallery), identities: recognizer.enrolled.length },
        }),
      );
      written = true;
      if (options.json !== true) terminal.err(`Report: ${report.path}\n`);
    }
  } finally {
    progress.clear();
    if (!written) await report?.discard();
  }
  if (signal.aborted) {
    terminal.err(`Interrupted: ${items.length} of ${inputs.length} inputs looked at.\n`);
    return exitCode.interrupted;
  }
  return items.some((item) => 'failure' in item) ? exitCode.failed : exitCode.ok;
}

async function lookAt(
  { engine, recognizer }: RecognizerSession,
  input: InputFile,
  options: RecognizeCommandOptions,
  { signal }: CliEnvironment,
  onProgress: (fraction: number | undefined, detail: string) => void,
): Promise<RecognitionItem> {
  let opened: OpenedMedia | undefined;
  try {
    const { recognizeFrames } = await import('@verilens/faces');
    const facts = options.json === true || options.report !== undefined ? await fileFacts(input.path, signal) : undefined;
    opened = await (await engine.resolve(FRAME_SOURCE)).open(input.path, { fps: options.fps, signal });
    const { kind, info, frames } = opened;
    const recognition = await recognizeFrames(recognizer, frames, {
      maxFalseAcceptRate: options.maxFalseAcceptRate,
      signal,
      onProgress: ({ timestampMs, people }) =>
        onProgress(info.durationMs ? timestampMs / info.durationMs : undefined, `${people} ${people === 1 ? 'person' : 'people'}`),
    });
    const size = info.width > 0 ? { width: info.width, height: info.height } : {};
    const media = facts && {
      mimeType: `${kind}/${info.format}`,
      ...size,
      durationMs: info.durationMs,
      frameRate: info.frameRate,
      ...facts,
    };
    return { name: input.name, media, recognition };
  } catch (error) {
    // A recognizer that cannot identify at all will not do better on the next input.
    if (
      signal.aborted ||
      isAbort(error) ||
      (error instanceof VerilensError && error.code === 'UNSUPPORTED' && error.place === recognizer.name)
    ) {
      throw error;
    }
    return { name: input.name, failure: toFailure(error) };
  } finally {
    await opened?.close?.();
  }
}

function lines(name: string, { tracks, rejected }: Recognition, terminal: Pick<Terminal, 'colour'>): readonly string[] {
  const head = printable(name);
  if (tracks.length === 0) {
    const why = rejected.map(({ reason, count }) => `${count} ${reason}`).join('; ');
    return [`${head}  ${paint(terminal, 'dim', why === '' ? 'nobody found' : `nobody recognisable: ${printable(why)}`)}`];
  }
  return tracks.map((track) => {
    const { identity, candidates } = track.identification;
    const best = candidates[0];
    const who = identity === null ? paint(terminal, 'dim', 'unknown') : paint(terminal, 'green', printable(identity));
    const when = track.endMs > track.startMs ? `${seconds(track.startMs)}-${seconds(track.endMs)} s, ${track.looks} looks` : '';
    const nearest = identity === null && best !== undefined ? `nearest ${printable(best.identity)}` : '';
    const figures =
      best === undefined
        ? ''
        : `similarity ${best.similarity.toFixed(3)}, false-accept rate ${rateText(best)}, cosine ${(1 - best.distance).toFixed(3)}`;
    return `${head}  ${who}  ${paint(terminal, 'dim', [when, nearest, figures].filter((part) => part !== '').join('; '))}`;
  });
}

function rateText({ falseAcceptRate, extrapolated }: RecognizedTrack['identification']['candidates'][number]): string {
  return `${falseAcceptRate >= 0.001 ? falseAcceptRate.toFixed(4) : falseAcceptRate.toExponential(1)}${extrapolated ? ' (extrapolated)' : ''}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** Everything but the pixels. */
function jsonLine(item: RecognitionItem): unknown {
  if ('failure' in item) return item;
  const { tracks, ...rest } = item.recognition;
  return { name: item.name, media: item.media, ...rest, tracks: tracks.map(({ picture: _, ...track }) => track) };
}
