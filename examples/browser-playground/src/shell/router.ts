import { h } from './dom.ts';
import type { Panel } from './panel.ts';

/** Shows the panel that the address names; links do the rest, so back, forward and bookmarks work. */
export function showPanels(panels: readonly Panel[], nav: HTMLElement, main: HTMLElement): void {
  const links = panels.map(({ name, title }) => h('a', { href: `#/${name}` }, title));
  nav.replaceChildren(...links);
  let shown: Panel | undefined;
  const show = (): void => {
    const name = location.hash.replace(/^#\/?/, '');
    if (name === 'main') return main.focus();
    const next = panels.find((panel) => panel.name === name) ?? panels[0]!;
    if (next === shown) return undefined;
    shown?.leave?.();
    main.replaceChildren(next.root);
    panels.forEach((panel, i) =>
      panel === next ? links[i]!.setAttribute('aria-current', 'page') : links[i]!.removeAttribute('aria-current'),
    );
    links[panels.indexOf(next)]!.scrollIntoView({ block: 'nearest', inline: 'center' });
    document.title = `${next.title} · Verilens playground`;
    const first = shown === undefined;
    shown = next;
    next.enter?.();
    if (!first) {
      main.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    return undefined;
  };
  addEventListener('hashchange', show);
  show();
}
