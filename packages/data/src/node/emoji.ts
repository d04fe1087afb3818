import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Image, throwIfAborted, VerilensError } from '@verilens/core';
import { packageFolder } from './package-folder.ts';

/** Who drew them. */
export const emojiStyles = ['noto', 'twemoji', 'fluent', 'openmoji'] as const;
export type EmojiStyle = (typeof emojiStyles)[number];

interface Source {
  readonly package: string;
  /** Folder of the drawings in the package. */
  readonly folder: string;
  readonly ending: string;
  readonly name: (code: string) => string;
  readonly licence: string;
}

const SOURCES: Readonly<Record<EmojiStyle, Source>> = {
  noto: {
    package: 'emoji-datasource-google',
    folder: 'img/google/64',
    ending: '.png',
    name: (code) => code.toLowerCase(),
    licence: 'package MIT; drawings: Noto Emoji by Google, Apache-2.0',
  },
  twemoji: {
    package: 'emoji-datasource-twitter',
    folder: 'img/twitter/64',
    ending: '.png',
    name: (code) => code.toLowerCase(),
    licence: 'package MIT; drawings: Twemoji, CC BY 4.0',
  },
  fluent: {
    package: '@lobehub/fluent-emoji-3d',
    folder: 'assets',
    ending: '.webp',
    name: (code) => code.toLowerCase(),
    licence: 'MIT; drawings: Fluent Emoji by Microsoft, MIT',
  },
  openmoji: {
    package: 'openmoji',
    folder: 'color/svg',
    ending: '.svg',
    name: (code) => code.toUpperCase(),
    licence: 'drawings: OpenMoji, CC BY-SA 4.0',
  },
};

/** Where drawings come from and under which licence, for cards and notes. */
export function emojiSources(styles: readonly EmojiStyle[] = emojiStyles): readonly string[] {
  return styles.map((style) => `${style}: npm ${SOURCES[style].package} (${SOURCES[style].licence})`);
}

/** One emoji: a class with a drawing in each style. */
export interface Emoji {
  /** As people type it: `crocodile`. */
  readonly name: string;
  /** Unicode's, e.g. `Animals & Nature`. */
  readonly category: string;
  readonly subcategory: string;
  /** Files, by style. */
  readonly drawings: Readonly<Record<EmojiStyle, string>>;
}

export interface EmojiOptions {
  /** Default: things, beings and places, without what can only be told apart by small signs: people, flags, symbols, faces, clocks. */
  readonly accept?: (emoji: Pick<Emoji, 'name' | 'category' | 'subcategory'>) => boolean;
  /** Module that depends on the packages (`import.meta.url`). The working folder is looked in after it. */
  readonly from?: string;
  /** Folders of packages, instead of looking for them. */
  readonly folders?: Readonly<Partial<Record<EmojiStyle, string>>>;
}

const THINGS: readonly string[] = ['Animals & Nature', 'Food & Drink', 'Objects', 'Activities', 'Travel & Places'];
const PLACE = 'emoji';

interface Entry {
  readonly unified: string;
  readonly non_qualified: string | null;
  readonly short_name: string;
  readonly category: string;
  readonly subcategory: string;
  readonly sort_order: number;
}

/**
 * Every emoji that has been drawn in all four styles, in Unicode's order: about 820 classes by default. Needs the npm packages of
 * `emojiSources`, which nothing here depends on. Nothing is decoded before `openDrawing`.
 *
 * @throws VerilensError NOT_FOUND with what to install, BAD_INPUT for a list that cannot be read
 */
export async function emojiCatalogue(options: EmojiOptions = {}): Promise<readonly Emoji[]> {
  const { accept = ({ category, subcategory }) => THINGS.includes(category) && subcategory !== 'time', from } = options;
  const roots = emojiStyles.map((style) => options.folders?.[style] ?? packageFolder({ name: SOURCES[style].package, set: PLACE, from }));
  const entries = await entriesOf(join(roots[0]!, 'emoji.json'));
  const files = await Promise.all(emojiStyles.map((style, i) => filesOf(join(roots[i]!, SOURCES[style].folder))));
  const found: Emoji[] = [];
  for (const entry of entries) {
    const about = { name: entry.short_name, category: entry.category, subcategory: entry.subcategory };
    if (!accept(about)) continue;
    const drawings = emojiStyles.map((style, i) => drawingOf(entry, SOURCES[style], roots[i]!, files[i]!));
    if (drawings.some((path) => path === undefined)) continue;
    found.push({
      ...about,
      drawings: Object.fromEntries(emojiStyles.map((style, i) => [style, drawings[i]!])) as Record<EmojiStyle, string>,
    });
  }
  return found;
}

/** Side of drawings that have no size of their own. */
const SIDE = 72;

/** One drawing, transparent around it. @throws VerilensError as the decoders do */
export async function openDrawing({ drawings }: Emoji, style: EmojiStyle, signal?: AbortSignal): Promise<Image> {
  const path = drawings[style];
  throwIfAborted(signal, path);
  // loaded at the first file: the decoders are heavy
  const { openMedia, renderSvg } = await import('@verilens/media');
  if (path.endsWith('.svg')) return renderSvg(await readFile(path), SIDE, SIDE);
  await using media = await openMedia(path, { background: 'keep', signal });
  for await (const { image } of media.frames()) return image;
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: path });
}

async function entriesOf(path: string): Promise<readonly Entry[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the list of emoji is not there', { place: PLACE, expected: path, cause });
  });
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'not JSON', { place: path, cause });
  }
  const isEntry = (entry: Partial<Entry> | null): boolean =>
    [entry?.unified, entry?.short_name, entry?.category, entry?.subcategory].every((value) => typeof value === 'string');
  if (!Array.isArray(entries) || !entries.every(isEntry)) {
    throw new VerilensError('BAD_INPUT', 'not the list of emoji', {
      place: path,
      expected: 'entries with unified, short_name, category and subcategory, as in emoji-datasource',
    });
  }
  return (entries as Entry[]).sort((a, b) => a.sort_order - b.sort_order);
}

async function filesOf(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the drawings are not there', { place: PLACE, expected: folder, cause });
  });
  return new Set(names);
}

/** Packages disagree on whether a name holds the variation selector FE0F. */
function drawingOf({ unified, non_qualified: short }: Entry, source: Source, root: string, files: ReadonlySet<string>): string | undefined {
  const codes = [unified, short ?? unified, unified.replaceAll('-FE0F', '')];
  const file = codes.map((code) => source.name(code) + source.ending).find((name) => files.has(name));
  return file === undefined ? undefined : join(root, source.folder, file);
}
