/** Text that is already HTML. Everything else put into a page is escaped. */
export interface Html {
  readonly html: string;
}

export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

/** Escapes text for element content and quoted attributes. Control characters, which browsers may act on, become visible. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** Template tag: the literal parts are HTML, every value is escaped unless it came out of this tag itself. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += render(value) + (parts[index + 1] ?? '');
  });
  return { html: text };
}

/** Marks text as HTML that needs no escaping. Only for text written in this package. */
export function raw(text: string): Html {
  return { html: text };
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map(render).join('');
}
