import { VerilensError } from '@verilens/core';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createProgress } from './progress.ts';
import type { CliEnvironment } from './run.ts';
import { printable } from './terminal.ts';

export interface ModelPath {
  /** A file or folder that is there. */
  readonly path: string;
  readonly isFolder: boolean;
  /** For people: the hub's name, or the last part of the path. */
  readonly name: string;
}

/**
 * What `--model` stands for: a file or folder, or `hub:owner/name`, which is looked for in the user's cache and fetched into it with
 * leave only, after its size was said. Nothing but `hub:` reaches a network.
 * @param mayDownload `--download`
 * @throws VerilensError NOT_FOUND when it is not here, with the size where the hub has it; as `downloadHubModel`
 */
export async function modelPath(model: string, mayDownload: boolean, environment: CliEnvironment): Promise<ModelPath> {
  const id = /^hub:(.*)$/.exec(model)?.[1];
  if (id !== undefined) return { path: await fromHub(id, mayDownload, environment), isFolder: true, name: id };
  const path = resolve(environment.folder, model);
  const found = await stat(path).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'no such model', {
      place: path,
      cause,
      remedy: /^[\w.-]+\/[\w.-]+$/.test(model) ? `For a model of the hub write hub:${model}.` : 'Check the name after --model.',
    });
  });
  return { path, isFolder: found.isDirectory(), name: basename(path) };
}

async function fromHub(id: string, mayDownload: boolean, { signal, terminal }: CliEnvironment): Promise<string> {
  const { downloadHubModel, planHubDownload } = await import('@verilens/hub/node');
  const folder = process.env['VERILENS_HUB_CACHE'] ?? join(homedir(), '.cache', 'verilens', 'hub');
  const choice = { folder, signal, token: process.env['HF_TOKEN'] };
  const plan = await planHubDownload(id, choice);
  if (plan.missing.length === 0) return plan.folder;
  const size = sizeOf(plan.missing.map(({ bytes }) => bytes));
  if (!mayDownload)
    throw new VerilensError('NOT_FOUND', 'the model is not here yet', {
      place: id,
      got: `${size} to fetch from ${plan.host}`,
      remedy: `Add --download to fetch it into ${plan.folder}, once.`,
    });
  terminal.err(`${printable(id)}: ${size} from ${plan.host} into ${printable(plan.folder)}\n`);
  const progress = createProgress(terminal);
  try {
    return await downloadHubModel(id, {
      ...choice,
      onProgress: (file, bytes, total) =>
        progress.show(id, total === undefined ? undefined : bytes / total, `${file}, ${megabytes(bytes)}`),
    });
  } finally {
    progress.clear();
  }
}

/** `at least` where the hub does not tell the size of every file. */
function sizeOf(sizes: readonly (number | undefined)[]): string {
  const known = sizes.filter((bytes) => bytes !== undefined);
  const sum = megabytes(known.reduce((all, bytes) => all + bytes, 0));
  const files = `${sizes.length} ${sizes.length === 1 ? 'file' : 'files'}`;
  return known.length === sizes.length ? `${sum} in ${files}` : `at least ${sum} in ${files}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
