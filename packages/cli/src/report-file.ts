import { type ModelCard, VerilensError } from '@verilens/core';
import { type ReportItem, type ReportModel, reportHtml } from '@verilens/report';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toFailure } from './failure.ts';
import { readCards } from './model-cards.ts';
import type { InstalledPlugin } from './toolkit.ts';
import { version } from './version.ts';

export interface ReportFile {
  readonly path: string;
  write(items: readonly ReportItem[], about: { plugins: readonly InstalledPlugin[]; incomplete?: boolean }): Promise<void>;
  /** Takes away what was opened and not written. */
  discard(): Promise<void>;
}

export interface ReservedFile {
  readonly path: string;
  /** The whole file, under its name. */
  write(content: string): Promise<void>;
  /** Takes away what was opened and not written. */
  discard(): Promise<void>;
}

/**
 * Reserves the place of a report beside its final name, so that an earlier report is only replaced by a whole one.
 * @throws VerilensError NOT_FOUND when nothing can be written there
 */
export async function reserveFile(name: string, folder: string): Promise<ReservedFile> {
  const path = resolve(folder, name);
  const draft = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await (await open(draft, 'w')).close();
  } catch (error) {
    throw new VerilensError('NOT_FOUND', 'the report cannot be written', {
      place: path,
      got: toFailure(error).message,
      remedy: 'Name a file in a folder that this user may write to.',
      cause: error,
    });
  }
  return {
    path,
    async write(content) {
      await writeFile(draft, content);
      await rename(draft, path);
    },
    discard: () => rm(draft, { force: true }),
  };
}

/** A report of verdicts. @throws VerilensError NOT_FOUND when nothing can be written there */
export async function openReport(name: string, folder: string): Promise<ReportFile> {
  const file = await reserveFile(name, folder);
  return {
    path: file.path,
    async write(items, { plugins, incomplete }) {
      const { encodeImage } = await import('./encode-image.ts');
      const models: readonly ReportModel[] = await Promise.all(
        plugins.map(async (plugin) => ({
          name: plugin.name,
          version: plugin.version,
          cards: plugin.folder === undefined ? ([] as ModelCard[]) : await readCards(plugin.folder),
        })),
      );
      await file.write(await reportHtml(items, { encode: encodeImage, models, incomplete, generator: `verilens ${version()}` }));
    },
    discard: () => file.discard(),
  };
}
