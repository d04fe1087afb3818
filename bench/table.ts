import type { BenchDocument, Row } from './document.ts';

/** A result as Markdown: table, then what has to be known to read it. */
export function formatTable({ rows, notes, machine, date, command, versions }: BenchDocument): string {
  const libraries = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const quiet =
    machine.othersShare <= 0.05
      ? 'quiet'
      : `**not quiet: other processes took ${Math.round(machine.othersShare * 100)} % of all CPU time, so times are upper bounds and ratios soft**`;
  return [
    markdownTable(rows),
    ...notes.map((text) => `- ${text}`),
    `- \`${command}\`, ${date.slice(0, 16).replace('T', ' ')} UTC, ${machine.cores} cores of ${machine.model}, ${quiet}; ${libraries}.`,
    '',
  ].join('\n');
}

export function markdownTable(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (value: string | number | null | undefined): string => (value == null ? '-' : String(value));
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((column) => cell(row[column])))), ''].join(
    '\n',
  );
}
