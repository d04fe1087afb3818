import { VerilensError } from './errors.ts';
import { didYouMean } from './nearest.ts';

/** Things by name. Iterates in the order of registration. */
export interface Registry<T> extends Iterable<readonly [name: string, value: T]> {
  /** @throws VerilensError DUPLICATE_NAME unless it is the very same object again, BAD_OPTION for an empty name */
  register(name: string, value: T): void;
  has(name: string): boolean;
  /** @throws VerilensError UNKNOWN_NAME naming what is registered and the nearest match */
  get(name: string): T;
  names(): readonly string[];
  readonly size: number;
}

/**
 * @param what What is kept, for errors: `plugin`, `preset`.
 * @param place Who keeps it, for errors.
 */
export function createRegistry<T>(what: string, place: string = 'registry'): Registry<T> {
  const entries = new Map<string, T>();
  return {
    register(name, value) {
      if (name === '') throw new VerilensError('BAD_OPTION', `a ${what} needs a name`, { place, got: 'an empty string' });
      if (entries.has(name) && entries.get(name) !== value) {
        throw new VerilensError('DUPLICATE_NAME', `another ${what} is already registered as "${name}"`, {
          place,
          remedy: `Register each ${what} once, or give one of the two another name.`,
        });
      }
      entries.set(name, value);
    },
    has: (name) => entries.has(name),
    get(name) {
      if (!entries.has(name)) {
        throw new VerilensError('UNKNOWN_NAME', `no ${what} is called "${name}"`, { place, remedy: didYouMean(name, entries.keys()) });
      }
      return entries.get(name) as T;
    },
    names: () => [...entries.keys()],
    get size() {
      return entries.size;
    },
    [Symbol.iterator]: () => entries[Symbol.iterator](),
  };
}
