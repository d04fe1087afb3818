// `npm run -s bench -- <name> [--json] [--out <file>] [--quick]`
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { NothingToMeasure, record, type BenchDocument } from './document.ts';
import { mergeResults } from './merge.ts';
import { writeReadme } from './readme.ts';
import { formatTable } from './table.ts';

const folder = dirname(fileURLToPath(import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        out: { type: 'string' },
        save: { type: 'boolean' },
        quick: { type: 'boolean' },
        model: { type: 'string', multiple: true },
        threads: { type: 'string' },
        frames: { type: 'string' },
        software: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage()}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [name] = positionals;
  if (values.help === true || name === undefined) {
    process.stdout.write(usage());
    return 0;
  }
  if (name === 'readme') {
    writeReadme();
    return 0;
  }
  const bench = benches[name];
  if (bench === undefined) {
    process.stderr.write(`There is no benchmark "${name}".\n${usage()}`);
    return 2;
  }
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256)) {
    process.stderr.write(`--threads is a whole number from 1 to 256, not "${values.threads}".\n`);
    return 2;
  }
  const frames = values.frames === undefined ? undefined : Number(values.frames);
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 100)) {
    process.stderr.write(`--frames is a whole number from 100 on, not "${values.frames}".\n`);
    return 2;
  }
  const shown = args
    .slice(args.indexOf(name) + 1)
    .filter((arg, i, all) => !['--json', '--save', '--out'].includes(arg) && all[i - 1] !== '--out');
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const { pieces } = bench;
  if (values.save === true && values.model !== undefined && pieces === undefined) {
    process.stderr.write(`"${name}" is saved as a whole: leave out --model, or write to a file with --out.\n`);
    return 2;
  }
  const { quick = false, software = false, model: models } = values;
  if (values.save === true && software) {
    process.stderr.write('Figures of a software adapter are not saved: leave out --software.\n');
    return 2;
  }
  const measured = await record(name, shown, () => bench.run({ quick, models, threads, frames, software, say })).catch(unmeasured);
  if (measured === undefined) return 1;
  const saved = join(folder, 'results', `${name}.json`);
  const document =
    values.save === true && values.model !== undefined && pieces !== undefined
      ? mergeResults(await savedBefore(saved), measured, await pieces())
      : measured;
  const json = `${JSON.stringify(document, undefined, 2)}\n`;
  const file = values.out === undefined ? (values.save === true ? saved : undefined) : resolve(process.env['INIT_CWD'] ?? '.', values.out);
  if (file !== undefined) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, json);
  }
  process.stdout.write(values.json === true ? json : formatTable(document));
  return 0;
}

function unmeasured(error: unknown): undefined {
  if (!(error instanceof NothingToMeasure)) throw error;
  process.stderr.write(`${error.message}\n`);
}

async function savedBefore(file: string): Promise<BenchDocument | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as BenchDocument);
}

function usage(): string {
  const width = Math.max(...Object.keys(benches).map((name) => name.length));
  const list = Object.entries(benches)
    .map(([name, { title }]) => `  ${name.padEnd(width)}  ${title}`)
    .join('\n');
  return `npm run -s bench -- <name> [options]

${list}
  ${'readme'.padEnd(width)}  write the tables of bench/README.md from bench/results/*.json

  --json        print the whole result as a document
  --out <file>  write that document to a file as well
  --save        write it to bench/results/<name>.json
  --quick       fewer repetitions, for a look
  --threads <n> threads of every engine; default: one for each core
  --frames <n>  track-hour: frames of its first clip; default: an hour's, 90,000
  --software    gpu: on a software adapter too, for a look
  --model <m>   train, inference, gpu, js-peers: this model alone, lowerings: this op alone (may be repeated); js-peers and lowerings
                keep the other rows of what was saved
`;
}

process.exitCode = await main(process.argv.slice(2));
// Threads of WASM runtimes may keep the process alive for a while.
setTimeout(() => process.exit(), 2000).unref();
