import { type Html, html, raw } from './html.ts';
import { style } from './style.ts';

export interface ShellParts {
  readonly title: string;
  readonly date?: Date;
  readonly inputs: number;
  readonly generator?: string;
  /** Of this page alone, after the common sheet. */
  readonly style?: string;
  /** Below the heading. */
  readonly head?: Html | false;
  readonly body: readonly (Html | false | undefined)[];
}

/** The frame of every page: no script, no request to anywhere, images inside. */
export function pageShell({ title, date = new Date(), inputs, generator, style: own = '', head = false, body }: ShellParts): string {
  const when = date.toISOString().replace('T', ' ').slice(0, 16);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}${raw(own)}</style>
</head>
<body>
<main>
<header class="top"><p class="brand">${brand}verilens</p><h1>${title}</h1><p class="dim">${when} UTC · ${inputs === 1 ? '1 input' : `${inputs} inputs`}${generator && html` · ${generator}`}</p>
${head}</header>
${body}
<footer>This page contains everything it shows. It loads nothing and sends nothing.</footer>
</main>
</body>
</html>
`.html;
}

const brand: Html = raw(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10.2" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="m6.6 8.2 5.4 9 5.4-9" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>',
);
