import type { Convolution, Window } from '../op-types.ts';
import type { Attribute } from './emitted-graph.ts';

export type Attributes = Readonly<Record<string, Attribute>>;

export function poolAttributes(w: Window): Attributes {
  return { kernel_shape: { ints: w.size }, strides: { ints: w.stride }, pads: { ints: w.padding } };
}

export function convAttributes(c: Convolution): Attributes {
  return { ...poolAttributes(c), dilations: { ints: c.dilation }, group: { int: c.groups } };
}
