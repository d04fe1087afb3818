import { folderStore } from '@verilens/core/node';
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { fallbackNote } from '../fallback-note.ts';
import { isAbort } from '../failure.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import type { DeviceName } from '../options.ts';
import { createProgress } from '../progress.ts';
import { sparkline } from '../sparkline.ts';
import type { CliEnvironment } from '../run.ts';
import { table } from '../table.ts';
import { checkPreset, openTrainer } from '../trainer.ts';
import { trainingData } from '../training-data.ts';
import { trainingHistory } from '../training-history.ts';

export interface TrainCommandOptions {
  readonly preset: string;
  readonly seed: number;
  readonly data?: string;
  readonly out?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly checkpointEvery?: number;
  readonly json?: boolean;
}

/** Trains, with checkpoints in the output folder: the same command again goes on where a stopped one was. */
export async function train(name: string, options: TrainCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  const opened = await openTrainer(name, environment);
  checkPreset(opened, options.preset, name);
  const { trainer, role } = opened;
  const out = resolve(folder, options.out ?? join('out', `${name}-${options.preset}-${options.seed}`));
  await mkdir(out, { recursive: true });
  const data = await trainingData(options.data, folder, role);
  const progress = createProgress(terminal);
  const history = await trainingHistory(out);
  progress.show(`${name} ${options.preset}`, undefined, 'preparing');
  const runtime = await toolkit.runtime({ device: options.device, threads: options.threads, onFallback: fallbackNote(terminal) });
  const started = performance.now();
  let lastLine = -Infinity;
  try {
    const result = await trainer.train(data, {
      runtime,
      preset: options.preset,
      seed: options.seed,
      signal,
      checkpoints: folderStore(join(out, 'checkpoints')),
      checkpointEvery: options.checkpointEvery,
      onProgress: (state) => {
        const { step, steps, loss, learningRate } = state;
        history.add(state);
        progress.show(
          `${name} ${options.preset}`,
          step / steps,
          `loss ${loss.toFixed(4)} ${terminal.errIsTty ? sparkline(history.losses(), 12) : ''}, rate ${learningRate.toExponential(1)}, step ${step} of ${steps}, ${remaining(started, step, steps)}`,
        );
        const now = performance.now();
        if (options.json && (now - lastLine > 1000 || step === steps)) {
          lastLine = now;
          terminal.out(`${JSON.stringify(state)}\n`);
        } else if (!options.json && !terminal.errIsTty && (now - lastLine > 30_000 || step === steps)) {
          lastLine = now;
          terminal.err(`step ${step} of ${steps}, loss ${loss.toFixed(4)}\n`);
        }
      },
    });
    progress.clear();
    for (const { file, onnx, card } of result.models) {
      await writeWhole(join(out, file), onnx);
      await writeWhole(join(out, `${file.replace(/\.onnx$/, '')}.json`), jsonDocument(card));
    }
    for (const { file, bytes } of result.parameters) await writeWhole(join(out, file), bytes);
    const models = result.models.map(({ file, card }) => ({ file, sha256: card.sha256 }));
    const summary = {
      plugin: name,
      preset: options.preset,
      seed: options.seed,
      out,
      device: runtime.device,
      seconds: Math.round((performance.now() - started) / 1000),
      models,
      ...result.summary,
    };
    await writeWhole(join(out, 'summary.json'), jsonDocument(summary));
    if (options.json) terminal.out(`${JSON.stringify(summary)}\n`);
    else {
      terminal.out(`${table(Object.entries(result.summary).map(([key, value]) => [key, String(value)]))}\n`);
      for (const model of models) terminal.out(`${relative(folder, join(out, model.file))}  SHA-256 ${model.sha256}\n`);
    }
    return exitCode.ok;
  } catch (error) {
    progress.clear();
    if (!signal.aborted && !isAbort(error)) throw error;
    terminal.err(
      `Interrupted. The same command goes on from the last checkpoint in ${relative(folder, join(out, 'checkpoints')) || out}.\n`,
    );
    return exitCode.interrupted;
  } finally {
    progress.clear();
    await history.write(
      `${name} ${options.preset}, seed ${options.seed}`,
      `Trained on ${runtime.device}; ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    );
    await runtime.dispose();
  }
}

function remaining(started: number, step: number, steps: number): string {
  if (step < 2) return '';
  const seconds = ((performance.now() - started) / 1000 / step) * (steps - step);
  return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}
