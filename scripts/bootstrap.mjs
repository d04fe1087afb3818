// Runs a task of this workspace on a machine that has only Node and npm:
// installs the pinned pnpm's lock file once (dependency build scripts off), then runs the task.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...args] = process.argv.slice(2);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old; Verilens needs Node 20.19 or newer.`);

install();
const tasks = {
  install: [],
  test: [[bin('vitest'), 'run', ...args]],
  typecheck: [[bin('tsc'), '-p', 'tsconfig.json']],
  lint: [[bin('oxlint'), ...args]],
  build: [[bin('pnpm'), '-r', '--filter=./packages/**', 'run', 'build']],
  verilens: [[...source('packages/cli/src/main.ts'), ...args]],
  demo: [[...source('examples/demo/main.ts'), ...args]],
  bench: [[...source('bench/main.ts'), ...args]],
};
if (!(task in tasks)) fail(`Unknown task "${task}"; known: ${Object.keys(tasks).join(', ')}.`);
for (const command of tasks[task]) {
  const { status, signal } = spawnSync(command[0], command.slice(1), { cwd: root, stdio: 'inherit', env: process.env });
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}

/** A TypeScript file run from source by tsx, workspace packages resolved to their sources. */
function source(file) {
  return [process.execPath, '--conditions=@verilens/source', '--import', 'tsx', file];
}

function bin(name) {
  return join(root, 'node_modules', '.bin', name);
}

function install() {
  const stamp = join(root, 'node_modules', '.verilens-lock');
  const wanted = createHash('sha256').update(readFileSync(join(root, 'pnpm-lock.yaml'))).update(readFileSync(join(root, 'pnpm-workspace.yaml'))).digest('hex');
  if (current(stamp, wanted)) return;
  const lock = join(root, 'node_modules', '.verilens-installing');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  while (!take(lock)) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    if (current(stamp, wanted)) return;
  }
  try {
    const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
    process.stderr.write(`Installing with ${pinned} (lock file respected, dependency build scripts off) ...\n`);
    const { status } = spawnSync('npm', ['exec', '--yes', `--package=${pinned}`, '--', 'pnpm', 'install', '--frozen-lockfile', '--ignore-scripts', '--config.manage-package-manager-versions=false'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    if (status !== 0) fail('The install failed; see the lines above. It needs the npm registry once.');
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function current(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

/** Two tasks started at once must not install over each other; a lock left by a killed install is taken over after ten minutes. */
function take(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    try {
      if (Date.now() - statSync(lock).mtimeMs > 600_000) rmSync(lock, { recursive: true, force: true });
    } catch {}
    return false;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
