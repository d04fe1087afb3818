import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchDocument } from './document.ts';
import { formatTable } from './table.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const BEGIN = '<!-- Generated from results/*.json by `npm run -s bench -- readme`: do not edit by hand. -->';
const END = '<!-- End of what is generated. -->';

/** Titles in the order they are shown. A result without a title is shown last, under its own name. */
const TITLES: Readonly<Record<string, string>> = {
  video: 'Video to verdict',
  track: 'Following an object against OpenCV',
  'track-live': 'Following an object on one core',
  'track-hour': 'Memory over an hour of following',
  pictures: 'Photograph to verdict',
  train: 'Training steps against PyTorch',
  'js-peers': 'Training steps in other JavaScript projects',
  curve: 'The same training as PyTorch',
  inference: 'Inference against PyTorch',
  gpu: 'WebGPU on a GPU',
  embedding: 'Embeddings of faces a second',
  sessions: 'Learning new classes',
  lowerings: 'The ways in which ops could be written',
  browser: 'In a browser',
  overhead: 'What the framework costs around a session',
  soak: 'Memory over a long training',
};

export const readmeFile: string = join(folder, 'README.md');

/** README.md as it should be: the text by hand kept, the part between the marks made from the committed results. */
export function freshReadme(
  current: string = readFileSync(readmeFile, 'utf8'),
  documents: readonly BenchDocument[] = committedResults(),
): string {
  const begin = current.indexOf(BEGIN);
  const end = current.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`README.md has lost its marks; put back the lines\n${BEGIN}\n${END}`);
  const order = Object.keys(TITLES);
  const rank = ({ bench }: BenchDocument): number => (order.includes(bench) ? order.indexOf(bench) : order.length);
  const sections = documents
    .toSorted((a, b) => rank(a) - rank(b))
    .map((document) => `### ${TITLES[document.bench] ?? document.bench}\n\n${formatTable(document)}`);
  return `${current.slice(0, begin)}${BEGIN}\n\n${sections.length === 0 ? 'None is committed yet.\n' : sections.join('\n')}\n${current.slice(end)}`;
}

export function writeReadme(): void {
  writeFileSync(readmeFile, freshReadme());
}

export function committedResults(): BenchDocument[] {
  const results = join(folder, 'results');
  if (!existsSync(results)) return [];
  return readdirSync(results)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')) as BenchDocument);
}
