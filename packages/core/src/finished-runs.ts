import type { CheckpointStore } from './training.ts';

/**
 * Results of runs that were finished before are read, not run again: evidence can be interrupted, and shared out among processes.
 * Without a store they are remembered as long as the function is.
 *
 * @returns A function of a run's name, which is to say everything that its result depends on, and the run. The result must survive
 *   JSON; it is kept as `<name>.json`, other signs than letters, digits, dots and dashes becoming underscores.
 * @example
 * const finished = finishedRuns(options.checkpoints);
 * const figures = await finished(`mine-v${recipe.version}-${seed}`, () => run(seed));
 */
export function finishedRuns(store: CheckpointStore | undefined): <T>(name: string, run: () => Promise<T>) => Promise<T> {
  const known = new Map<string, unknown>();
  return async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const file = `${name.replaceAll(/[^a-z0-9.-]+/gi, '_')}.json`;
    if (known.has(file)) return known.get(file) as T;
    const bytes = await store?.read(file);
    const result = bytes === undefined ? await run() : (JSON.parse(new TextDecoder().decode(bytes)) as T);
    known.set(file, result);
    if (bytes === undefined) await store?.write(file, new TextEncoder().encode(JSON.stringify(result)));
    return result;
  };
}
