import { type Prediction, VerilensError } from '@verilens/core';
import { exitCode } from '../exit-code.ts';
import { expandInputs } from '../expand-inputs.ts';
import { isAbort } from '../failure.ts';
import { type LearnerChoice, openLearner, openSmall } from '../learner-session.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';

export interface PredictCommandOptions extends LearnerChoice {
  readonly learner: string;
  readonly top: number;
  readonly json?: boolean;
}

/** Names what each picture shows. A picture that cannot be read is an error line, and the others are named all the same. */
export async function predict(names: readonly string[], options: PredictCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal } = environment;
  const inputs = await expandInputs(names, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(options.learner, undefined, 'loading');
  let failed = 0;
  const fails = (name: string, error: VerilensError): void => {
    failed++;
    progress.clear();
    if (options.json) terminal.out(`${JSON.stringify({ input: name, error: { code: error.code, message: error.message } })}\n`);
    else terminal.err(`${name}: ${error.message}\n`);
  };
  try {
    await using opened = await openLearner(options.learner, options, environment);
    for (const [at, input] of inputs.entries()) {
      progress.show(input.name, at / inputs.length);
      if ('error' in input) {
        fails(input.name, input.error);
        continue;
      }
      let answer: Prediction;
      try {
        answer = await opened.learner.predict(await openSmall(opened.engine, input.path, signal), { signal });
      } catch (error) {
        if (signal.aborted || !(error instanceof VerilensError)) throw error;
        fails(input.name, error);
        continue;
      }
      progress.clear();
      const labels = answer.labels.slice(0, options.top).map(({ label, score }) => ({ label, score: Math.round(score * 1e4) / 1e4 }));
      terminal.out(
        options.json
          ? `${JSON.stringify({ input: input.name, labels, device: answer.device })}\n`
          : `${input.name}: ${labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(', ')}\n`,
      );
    }
    return failed > 0 ? exitCode.failed : exitCode.ok;
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) throw error;
    terminal.err('Interrupted.\n');
    return exitCode.interrupted;
  } finally {
    progress.clear();
  }
}
