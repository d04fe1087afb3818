import type { Sym } from '../../src/index.ts';

/** For each op named in a family of fixtures, how our library computes it from the case's attributes and float inputs. */
export type Builders = Readonly<Record<string, (attrs: never, ...x: Sym[]) => Sym>>;
