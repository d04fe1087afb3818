/** Where a command writes and what it may assume about the reader. Handed in, so that tests can watch. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Progress, warnings and errors: never mixed into results. */
  err(text: string): void;
  /** Whether results go to a person and not into a pipe or file. */
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly colour: boolean;
  /** Width in characters. */
  readonly columns: number;
}

export function processTerminal(): Terminal {
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true && process.env['TERM'] !== 'dumb',
    colour,
    get columns() {
      return process.stderr.columns ?? 80;
    },
  };
}

const codes = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
export type Paint = keyof typeof codes;

/** Colours text for a terminal that shows colour, and leaves it as it is for one that does not. */
export function paint(terminal: Pick<Terminal, 'colour'>, how: Paint, text: string): string {
  return terminal.colour ? `\u001b[${codes[how]}m${text}\u001b[0m` : text;
}

/** Text from outside, made safe to print: control characters could move the cursor or forge a verdict line. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
