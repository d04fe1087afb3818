import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Condition under which this workspace runs from its TypeScript sources. */
export const SOURCE_CONDITION = '@verilens/source' as const;

/**
 * The file that `import packageName` would load, found from `package.json` alone.
 *
 * An entry that was never built falls back on the package's sources when it names them: that is a workspace checkout,
 * run through a TypeScript loader.
 *
 * @returns an absolute path, or undefined when the package has no entry that exists
 */
export async function entryPoint(folder: string, json: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const conditions = new Set(['node', 'import', 'module-sync', 'default', ...processConditions()]);
  const target = entryTarget(json, conditions);
  if (target !== undefined && (await isFile(join(folder, target)))) return join(folder, target);
  const source = entryTarget(json, new Set([...conditions, SOURCE_CONDITION]));
  return source !== undefined && (await isFile(join(folder, source))) ? join(folder, source) : undefined;
}

function entryTarget(json: Readonly<Record<string, unknown>>, conditions: ReadonlySet<string>): string | undefined {
  const { exports, main } = json;
  if (exports === undefined || exports === null) return typeof main === 'string' ? main : 'index.js';
  const hasSubpaths = typeof exports === 'object' && !Array.isArray(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  return choose(hasSubpaths ? (exports as Record<string, unknown>)['.'] : exports, conditions);
}

/** Node's rule: the first key, in the order written, that is among the conditions and leads somewhere. */
function choose(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === 'string') return target.startsWith('./') && !target.split('/').includes('..') ? target : undefined;
  if (Array.isArray(target)) {
    for (const option of target) {
      const chosen = choose(option, conditions);
      if (chosen !== undefined) return chosen;
    }
    return undefined;
  }
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, nested] of Object.entries(target)) {
    if (!conditions.has(condition)) continue;
    const chosen = choose(nested, conditions);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/** Conditions this process was started with: `--conditions=x`, `--conditions x`, `-C x`. */
export function processConditions(
  args: readonly string[] = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)],
): readonly string[] {
  return args.flatMap((argument, index) => {
    const inline = /^(?:--conditions|-C)=(.+)$/.exec(argument)?.[1];
    if (inline !== undefined) return [inline];
    const next = args[index + 1];
    return (argument === '--conditions' || argument === '-C') && next !== undefined ? [next] : [];
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
