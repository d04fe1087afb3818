import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { VerilensError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { Resolve, ServiceRegistrar, Token } from './services.ts';

/** The services of one engine. Hides the container library: the rest of Verilens sees tokens and factories. */
export interface Services extends ServiceRegistrar, AsyncDisposable {
  /** Registers something that has its own owner: it is never disposed of here. */
  lend<T>(token: Token<T>, value: T): void;
  has(token: Token<unknown>): boolean;
  /** @throws VerilensError UNKNOWN_NAME listing what is registered, BAD_OPTION for a circle, DISPOSED */
  readonly resolve: Resolve;
  /** Disposes of what was made, last made first. */
  dispose(): Promise<void>;
}

/**
 * One child container of tsyringe. The container library and the Reflect polyfill it insists on are loaded here
 * and nowhere else, on first use: importing core changes no global.
 */
export async function createServices(place: string = 'engine'): Promise<Services> {
  await import('reflect-metadata');
  const { container } = await import('tsyringe');
  const child: DependencyContainer = container.createChildContainer();
  const registered: symbol[] = [];
  const made = new Map<symbol, Promise<unknown>>();
  const madeInOrder: unknown[] = [];
  const lent = new Set<symbol>();
  const asks = new Map<symbol, Set<symbol>>();
  let disposed = false;

  async function resolveFor(asker: symbol | undefined, wanted: symbol): Promise<unknown> {
    if (disposed) throw new VerilensError('DISPOSED', `${nameOf(wanted)} was asked for after dispose`, { place });
    if (asker !== undefined) {
      const circle = pathBetween(asks, wanted, asker);
      if (circle !== undefined) {
        throw new VerilensError('BAD_OPTION', 'services ask for each other in a circle', {
          place,
          got: [asker, ...circle].map(nameOf).join(' -> '),
        });
      }
      asks.set(asker, (asks.get(asker) ?? new Set()).add(wanted));
    }
    if (!registered.includes(wanted)) {
      throw new VerilensError('UNKNOWN_NAME', `nothing provides ${nameOf(wanted)}`, {
        place,
        remedy: `Pass a service that registers it to createEngine. ${didYouMean(nameOf(wanted), registered.map(nameOf))}`,
      });
    }
    let instance = made.get(wanted);
    if (instance === undefined) {
      const factory = child.resolve(wanted as InjectionToken<Factory>);
      instance = Promise.resolve()
        .then(() => factory(((inner: symbol) => resolveFor(wanted, inner)) as Resolve))
        .then((value) => {
          if (!lent.has(wanted)) madeInOrder.push(value);
          return value;
        });
      made.set(wanted, instance);
    }
    return instance;
  }

  const services: Services = {
    register(token, factory) {
      if (registered.includes(token)) {
        throw new VerilensError('DUPLICATE_NAME', `two services provide ${nameOf(token)}`, { place, remedy: 'Pass only one of the two.' });
      }
      registered.push(token);
      child.register(token, { useValue: factory as Factory });
    },
    lend(token, value) {
      services.register(token, () => value);
      lent.add(token);
    },
    has: (token) => registered.includes(token),
    resolve: ((wanted: symbol) => resolveFor(undefined, wanted)) as Resolve,
    async dispose() {
      if (disposed) return;
      disposed = true;
      await Promise.allSettled(made.values());
      const failures: unknown[] = [];
      for (const value of madeInOrder.reverse()) {
        try {
          await (value as { dispose?: () => unknown } | null)?.dispose?.();
        } catch (error) {
          failures.push(error);
        }
      }
      child.reset();
      if (failures.length > 0) throw failures[0];
    },
    [Symbol.asyncDispose]: () => services.dispose(),
  };
  return services;
}

/** The services from one to another along who asks for whom, both ends included. */
function pathBetween(asks: ReadonlyMap<symbol, ReadonlySet<symbol>>, from: symbol, to: symbol): readonly symbol[] | undefined {
  if (from === to) return [from];
  for (const next of asks.get(from) ?? []) {
    const rest = pathBetween(asks, next, to);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}

type Factory = (resolve: Resolve) => unknown;

function nameOf(token: symbol): string {
  return token.description ?? 'an unnamed token';
}
