import { h } from './dom.ts';

/** A few numbers, each under its name. */
export interface Figures {
  readonly root: HTMLElement;
  show(values: readonly string[]): void;
}

export function figures(names: readonly string[]): Figures {
  const places = names.map(() => h('dd', {}, '–'));
  return {
    root: h('dl', { class: 'figures' }, ...names.map((name, i) => h('div', {}, h('dt', {}, name), places[i]!))),
    show: (values) => values.forEach((value, i) => (places[i]!.textContent = value)),
  };
}
