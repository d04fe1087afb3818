import { VerilensError } from '@verilens/core';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../failure.ts';
import { fallbackNote } from '../fallback-note.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import type { DeviceName } from '../options.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';

export interface GenerateCommandOptions {
  readonly count: number;
  readonly seed: number;
  readonly steps?: number;
  readonly eta?: number;
  readonly out?: string;
  /** All pictures in one, a PNG file. */
  readonly sheet?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Makes PNG files, and a JSON document beside them that says what made them. */
export async function generate(model: string, options: GenerateCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  if (options.sheet !== undefined && !options.sheet.toLowerCase().endsWith('.png'))
    throw new UsageError('--sheet takes a name that ends in .png.');
  const path = resolve(folder, model);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the generator cannot be read', {
      place: path,
      expected: 'a generator file',
      remedy: 'Train one: "verilens train f2c" leaves vae.safetensors, gan-*.safetensors and ddpm.safetensors.',
      cause,
    });
  });
  const { imagesOf, openGenerator, readGenerator } = await import('@verilens/generative');
  const { encodePng } = await import('@verilens/media');
  const trained = readGenerator(new Uint8Array(bytes));
  const { kind } = trained.config;
  if (kind !== 'ddpm' && (options.steps !== undefined || options.eta !== undefined))
    throw new VerilensError('BAD_OPTION', '--steps and --eta are for diffusion', { place: path, got: `a ${kind}` });
  const name = basename(model).replace(/\.safetensors$/, '');
  const out = resolve(folder, options.out ?? join('out', `${name}-${options.seed}`));
  await mkdir(out, { recursive: true });
  const progress = createProgress(terminal);
  const runtime = await toolkit.runtime({ device: options.device, threads: options.threads, onFallback: fallbackNote(terminal) });
  try {
    await using sampler = await openGenerator(trained, runtime, { signal });
    const { count, seed, steps, eta } = options;
    const request = {
      count,
      seed,
      signal,
      onProgress: (fraction: number) => progress.show(name, fraction, `${count} pictures`),
      ...(steps === undefined ? {} : { steps }),
      ...(eta === undefined ? {} : { eta }),
    };
    const images = imagesOf(await sampler.sample(request));
    const digits = String(count - 1).length;
    const files: string[] = [];
    for (const [i, image] of images.entries()) {
      const file = `${String(i).padStart(digits, '0')}.png`;
      await writeFile(join(out, file), await encodePng(image));
      files.push(file);
    }
    if (options.sheet !== undefined) {
      const { contactSheet } = await import('@verilens/vision');
      await writeWhole(resolve(folder, options.sheet), await encodePng(contactSheet(images)));
    }
    const document = {
      synthetic: true,
      generator: { file: model, config: trained.config, training: trained.training },
      seed,
      ...(steps === undefined ? {} : { steps }),
      ...(eta === undefined ? {} : { eta }),
      device: runtime.device,
      files,
    };
    await writeWhole(join(out, 'generated.json'), jsonDocument(document));
    progress.clear();
    if (options.json) terminal.out(jsonDocument({ out, ...document }));
    else terminal.out(`${count} synthetic ${count === 1 ? 'picture' : 'pictures'} by a ${kind} in ${relative(folder, out) || out}\n`);
    return exitCode.ok;
  } finally {
    progress.clear();
    await runtime.dispose();
  }
}
