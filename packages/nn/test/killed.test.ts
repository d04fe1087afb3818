import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random, readSafetensors } from '../src/index.ts';

const STEPS = 40;
const script = fileURLToPath(new URL('./killed.fixture.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const checkpoint = (folder: string): Promise<Buffer> => readFile(join(folder, 'training.safetensors'));
/** Steps in the folder's checkpoint, which must be whole; 0 when the run was killed before there was one. */
async function saved(folder: string): Promise<number> {
  const bytes = await checkpoint(folder).catch(() => undefined);
  return bytes === undefined ? 0 : Number(readSafetensors(new Uint8Array(bytes)).metadata['step']);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-killed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the training of killed.fixture.ts; once `killAt` steps of this life are done, it is killed after `afterMs`. Gives its steps and its output. */
async function live(
  at: string,
  steps: number,
  mode = '',
  kill?: { at: number; afterMs: number },
): Promise<{ steps: number[]; out: string; signal: string | null }> {
  // a young generation of fixed size: V8 doubling it some time would look like growth
  const flags = ['--conditions=@verilens/source', '--max-semi-space-size=2', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, script, at, String(steps), mode], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  let doomed = false;
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    if (kill === undefined || doomed || (out.match(/step/g)?.length ?? 0) < kill.at) return;
    doomed = true;
    setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
  });
  const signal = await new Promise<string | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, by) => (code === 0 || by !== null ? done(by) : failed(new Error(`the run ended with ${code}`))));
  });
  return { steps: [...out.matchAll(/step (\d+)/g)].map((m) => Number(m[1])), out, signal };
}

it('killed at random moments and started again, training ends with the same bits, from checkpoints that are always whole', async () => {
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
  await live(whole, STEPS);
  // another seed each day: a moment that breaks it shall be found some day, and the message says which
  const seed = Math.floor(Date.now() / 86_400_000);
  const { below, uniform } = random(seed, 'kill');
  let reached = 0;
  for (let life = 0; life < 3; life++) {
    const kill = { at: 1 + below(8), afterMs: 8 * uniform() };
    const { steps, signal } = await live(broken, STEPS, '', kill);
    expect(signal, `seed ${seed}, life ${life}`).toBe('SIGKILL');
    // at most the step under way is lost
    expect(steps[0]! - reached, `seed ${seed}, life ${life}`).toBeLessThanOrEqual(1);
    reached = await saved(broken);
    expect(reached).toBeGreaterThanOrEqual(steps.at(-1)! - 1);
  }
  expect(reached).toBeLessThan(STEPS);
  const last = await live(broken, STEPS);
  expect(last.steps[0]).toBe(reached + 1);
  expect(Buffer.compare(await checkpoint(broken), await checkpoint(whole)), `seed ${seed}`).toBe(0);
  expect((await readdir(broken)).filter((name) => !name.startsWith('.'))).toEqual(['training.safetensors']);
}, 120_000);

it('resident memory does not grow with the number of steps', async () => {
  const { out } = await live('', 1000, 'memory');
  const memory = JSON.parse(out) as number[];
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [early, late] = [mean(memory.slice(25, 45)), mean(memory.slice(-20))];
  expect(late / early, `${Math.round(early / 2 ** 20)} MiB, then ${Math.round(late / 2 ** 20)} MiB`).toBeLessThan(1.05);
}, 120_000);
