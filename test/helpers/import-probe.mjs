// Imports one entry in a process of its own and reports, as one JSON line, what that did besides defining its exports.
import { register } from 'node:module';
import { syncBuiltinESMExports, createRequire } from 'node:module';

const [entry] = process.argv.slice(2);
register('./loaded.mjs', import.meta.url);
await import('node:timers');

// Node defines many globals on first use; use them all now, so that a package that merely uses one changes nothing.
for (const key of Object.getOwnPropertyNames(globalThis)) if (!key.endsWith('Storage')) void globalThis[key];
const before = snapshot();
const done = [];
const timers = watch(globalThis, ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'queueMicrotask'], done);
const require = createRequire(import.meta.url);
const children = require('node:child_process');
watch(children, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'], done);
const workers = require('node:worker_threads');
watch(workers, ['Worker'], done);
watch(process, ['dlopen', 'on', 'once', 'addListener'], done);
syncBuiltinESMExports();

const exported = Object.keys(await import(entry));
const calls = [...done];
timers();

const after = snapshot();
const changed = Object.keys(after).filter((key) => !Object.is(after[key], before[key]));
process.stdout.write(`${JSON.stringify({ exported, calls, changed, cjs: Object.keys(require.cache) })}\n`);

/** Every property of the global objects a library is tempted to extend. */
function snapshot() {
  const places = {
    globalThis,
    Reflect,
    'Array.prototype': Array.prototype,
    'Object.prototype': Object.prototype,
    'String.prototype': String.prototype,
    'Promise.prototype': Promise.prototype,
    Symbol,
    Math,
  };
  const all = {};
  for (const [name, place] of Object.entries(places)) {
    for (const key of Reflect.ownKeys(place)) {
      const { value, get } = Object.getOwnPropertyDescriptor(place, key);
      all[`${name}.${String(key)}`] = value ?? get;
    }
  }
  return all;
}

/** Replaces functions by ones that note their call; gives the undoing. */
function watch(place, names, notes) {
  const originals = names.map((name) => [name, place[name]]);
  for (const [name, original] of originals) {
    place[name] = function (...args) {
      if (!ours(new Error().stack ?? '')) return new.target ? Reflect.construct(original, args) : original.apply(this, args);
      notes.push(`${name}(${typeof args[0] === 'string' ? args[0] : ''})`);
      return new.target ? Reflect.construct(original, args) : original.apply(this, args);
    };
  }
  return () => originals.forEach(([name, original]) => (place[name] = original));
}

/** Calls made by Node's module loader and by the TypeScript loader of the tests are not the package's. */
function ours(stack) {
  const frames = stack.split('\n').slice(2);
  return (
    frames.some((frame) => frame.includes('file:') && !frame.includes('/tsx/') && !frame.includes('import-probe.mjs')) ||
    frames.some((frame) => /[\\/]node_modules[\\/]/.test(frame) && !/[\\/](tsx|esbuild|get-tsconfig)[@\\/]/.test(frame))
  );
}
