// Runs a task of this workspace on a machine that has only Node and npm:
// installs what pnpm-lock.yaml names, once, with the pinned pnpm (dependency build scripts off), then runs the task.
// Plain JavaScript with no dependency, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lock = join(modules, '.verilens-installing');
const stamp = join(modules, '.verilens-lock');

/** Task name -> the commands it runs, one after the other. A function, because nothing is installed when this file is read. */
const tasks = {
  install: () => [],
  test: (args) => [source('scripts/test.ts', args)],
  check: (args) => [source('scripts/check.ts', args)],
  build: (args) => [source('scripts/build.ts', args)],
  typecheck: (args) => [tool('typescript', 'tsc', ['-p', 'tsconfig.json', ...args])],
  lint: (args) => [tool('oxlint', 'oxlint', ['--deny-warnings', ...args])],
  format: (args) => [tool('oxfmt', 'oxfmt', args)],
  verilens: (args) => [source('packages/cli/src/main.ts', args, callerFolder())],
  demo: (args) => [source('examples/demo/main.ts', args)],
  playground: (args) => [source('examples/browser-playground/playground.ts', ['serve', ...args])],
  'build:playground': (args) => [source('examples/browser-playground/playground.ts', ['build', ...args])],
  bench: (args) => [source('bench/main.ts', args)],
  tables: (args) => [source('scripts/result-tables.ts', args)],
  reference: (args) => [source('scripts/reference.ts', args)],
};

const [task = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task)) fail(`Unknown task "${task}"; known: ${Object.keys(tasks).join(', ')}.`);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old; Verilens needs Node 20.19 or newer.`);

install();
for (const { command, cwd } of tasks[task](args)) {
  const { status, signal, error } = spawnSync(process.execPath, command, { cwd, stdio: 'inherit', env: process.env });
  if (error) fail(`Could not start "${task}": ${error.message}`);
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}

/** A TypeScript file run from source by tsx, workspace packages resolved to their sources. */
function source(file, args, cwd = root) {
  process.env['TSX_TSCONFIG_PATH'] = join(root, 'tsconfig.json');
  const loader = pathToFileURL(join(modules, 'tsx', 'dist', 'loader.mjs')).href;
  return { command: ['--conditions=@verilens/source', '--import', loader, join(root, file), ...args], cwd };
}

/** The JavaScript behind a tool's command; the links in node_modules/.bin are shell scripts on some systems. */
function tool(name, command, args) {
  const { bin } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  return { command: [join(modules, name, typeof bin === 'string' ? bin : bin[command]), ...args], cwd: root };
}

/** Paths given to `npm run verilens -- <paths>` are meant from where the caller stands, not from the root npm changes to. */
function callerFolder() {
  return process.env['INIT_CWD'] ?? process.cwd();
}

function install() {
  const wanted = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc']) wanted.update(readFileSync(join(root, file)));
  const state = wanted.digest('hex');
  if (read(stamp) === state) return;
  mkdirOrFail(modules);
  while (!take()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    if (read(stamp) === state) return;
  }
  try {
    if (read(stamp) !== state) installNow(state);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function installNow(state) {
  const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  process.stderr.write(`Installing with ${pinned}: lock file respected, dependency build scripts off. This happens once.\n`);
  // `npm run -s` would silence the reason of a failure too.
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_update_notifier: 'false' };
  const options = [
    '--frozen-lockfile',
    '--ignore-scripts',
    '--loglevel=info',
    '--reporter=append-only',
    '--config.manage-package-manager-versions=false',
    '--config.confirm-modules-purge=false',
  ];
  if (!writable(homedir())) {
    const caches = join(modules, '.cache');
    process.stderr.write(`The home folder ${homedir()} cannot be written; caches go to node_modules/.cache of this checkout.\n`);
    env['npm_config_cache'] = join(caches, 'npm');
    for (const name of ['XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME']) env[name] = join(caches, 'xdg');
    options.push(`--store-dir=${join(caches, 'pnpm-store')}`);
  }
  // Run through npm because npm is what there is; stdout stays clean for tasks whose output is piped.
  const npm = ['exec', '--yes', `--package=${pinned}`, '--', 'pnpm', 'install', ...options];
  const { status, error } = spawnSync('npm', npm, { cwd: root, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (error) fail(`npm could not be started (${error.message}); it comes with Node and has to be on the PATH.`);
  if (status !== 0) {
    rmSync(lock, { recursive: true, force: true });
    fail(
      'The install failed; the reason is in the lines above. It needs the package registry once; later runs work offline. Run the same command again to go on.',
    );
  }
  writeFileSync(stamp, state);
}

/**
 * Two tasks started at once must not install over each other: whoever makes the folder `lock` installs, others wait.
 * A lock whose process is gone (killed in the middle of an install) is moved aside and the install done again.
 */
function take() {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`${modules} cannot be written: ${error.message}`);
  }
  const owner = read(join(lock, 'pid'));
  if (owner === undefined ? age(lock) > 10_000 : !alive(Number(owner))) {
    const aside = `${lock}-${randomUUID()}`;
    try {
      renameSync(lock, aside);
      rmSync(aside, { recursive: true, force: true });
    } catch {
      // Another waiting task moved it first.
    }
  }
  return false;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function age(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function mkdirOrFail(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    fail(`${folder} cannot be made: ${error.message}. Verilens installs into its own checkout, which has to be writable.`);
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
