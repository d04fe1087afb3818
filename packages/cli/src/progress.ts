import { printable, type Terminal } from './terminal.ts';

/** One line on the error stream, redrawn in place; nothing at all where the error stream is not a terminal. */
export interface Progress {
  /** `fraction` 0..1; undefined where the length is not known. */
  show(label: string, fraction: number | undefined, detail?: string): void;
  /** Takes the line away, so that other text can be written. */
  clear(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function createProgress(terminal: Terminal, options: { enabled?: boolean; now?: () => number } = {}): Progress {
  const now = options.now ?? Date.now;
  let drawn = false;
  let last = -Infinity;
  let turn = 0;
  let lastLabel = '';
  if (options.enabled === false || !terminal.errIsTty) return { show() {}, clear() {} };
  return {
    show(label, fraction, detail = '') {
      const time = now();
      if (time - last < 80 && label === lastLabel && fraction !== 1) return;
      last = time;
      lastLabel = label;
      turn = (turn + 1) % frames.length;
      terminal.err(`\r\u001b[2K${progressLine(printable(label), fraction, detail, terminal.columns, frames[turn]!)}`);
      drawn = true;
    },
    clear() {
      if (drawn) terminal.err('\r\u001b[2K');
      drawn = false;
      last = -Infinity;
    },
  };
}

/** The line itself, never wider than the terminal (a wrapped line cannot be redrawn in place). */
export function progressLine(label: string, fraction: number | undefined, detail: string, columns: number, spinner: string): string {
  const bar =
    fraction === undefined ? '' : ` ${barText(fraction, 24)} ${String(Math.floor(Math.min(1, Math.max(0, fraction)) * 100)).padStart(3)} %`;
  const tail = detail === '' ? '' : `  ${detail}`;
  const room = Math.max(8, columns - 3 - bar.length - tail.length);
  const name = label.length > room ? `…${label.slice(label.length - room + 1)}` : label;
  return `${spinner} ${name}${bar}${tail}`.slice(0, Math.max(1, columns - 1));
}

function barText(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '━'.repeat(filled) + '─'.repeat(width - filled);
}
