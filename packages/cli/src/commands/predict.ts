import { type Image, type Prediction, VerilensError } from '@verilens/core';
import { type PredictionItem, predictionHtml } from '@verilens/report';
import { basename } from 'node:path';
import { encodeImage } from '../encode-image.ts';
import { exitCode } from '../exit-code.ts';
import { expandInputs } from '../expand-inputs.ts';
import { isAbort, toFailure } from '../failure.ts';
import { type LearnerChoice, openLearner, openSmall } from '../learner-session.ts';
import { createProgress } from '../progress.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';
import { version } from '../version.ts';

export interface PredictCommandOptions extends LearnerChoice {
  readonly learner: string;
  readonly top: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** Names what each picture shows. A picture that cannot be read is an error line, and the others are named all the same. */
export async function predict(names: readonly string[], options: PredictCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal } = environment;
  const inputs = await expandInputs(names, folder);
  const report = options.report === undefined ? undefined : await reserveFile(options.report, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(options.learner, undefined, 'loading');
  const items: PredictionItem[] = [];
  const fails = (name: string, error: VerilensError): void => {
    items.push({ name, failure: toFailure(error) });
    progress.clear();
    if (options.json) terminal.out(`${JSON.stringify({ input: name, error: { code: error.code, message: error.message } })}\n`);
    else terminal.err(`${name}: ${error.message}\n`);
  };
  let written = false;
  try {
    await using opened = await openLearner(options.learner, options, environment);
    const { engine, learner } = opened;
    try {
      for (const [at, input] of inputs.entries()) {
        progress.show(input.name, at / inputs.length);
        if ('error' in input) {
          fails(input.name, input.error);
          continue;
        }
        let image: Image;
        let answer: Prediction;
        try {
          image = await openSmall(engine, input.path, signal);
          answer = await learner.predict(image, { signal });
        } catch (error) {
          if (signal.aborted || !(error instanceof VerilensError)) throw error;
          fails(input.name, error);
          continue;
        }
        progress.clear();
        const labels = answer.labels.slice(0, options.top).map(({ label, score }) => ({ label, score: Math.round(score * 1e4) / 1e4 }));
        if (report !== undefined) items.push({ name: input.name, image, labels });
        terminal.out(
          options.json
            ? `${JSON.stringify({ input: input.name, labels, device: answer.device })}\n`
            : `${input.name}: ${labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(', ')}\n`,
        );
      }
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) throw error;
      progress.clear();
      terminal.err('Interrupted.\n');
    }
    if (report !== undefined) {
      const about = { learner: basename(options.learner), known: learner.labels.length, kept: await learner.exemplars() };
      await report.write(
        await predictionHtml(items, { ...about, encode: encodeImage, incomplete: signal.aborted, generator: `verilens ${version()}` }),
      );
      written = true;
      if (options.json !== true) terminal.err(`Report: ${report.path}\n`);
    }
    if (signal.aborted) return exitCode.interrupted;
    return items.some((item) => 'failure' in item) ? exitCode.failed : exitCode.ok;
  } finally {
    progress.clear();
    if (!written) await report?.discard();
  }
}
