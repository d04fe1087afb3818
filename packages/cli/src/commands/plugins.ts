import { exitCode } from '../exit-code.ts';
import { failureLine, toFailure } from '../failure.ts';
import { jsonDocument } from '../json-document.ts';
import type { CliEnvironment } from '../run.ts';
import { table } from '../table.ts';
import { paint, printable } from '../terminal.ts';
import type { InstalledPlugin } from '../toolkit.ts';

/** Lists what is installed, what it can train, and what claims to be a plugin and cannot be used. */
export async function plugins(options: { json?: boolean }, { terminal, toolkit, folder }: CliEnvironment): Promise<number> {
  const found = await toolkit.plugins(folder);
  const problems = found.problems.map(({ place, error }) => ({ place, ...toFailure(error) }));
  const rows: { name: string; role: string; version: string; description: string; presets: readonly string[]; evidence: boolean }[] = [];
  for (const plugin of found.plugins) {
    try {
      rows.push({
        name: plugin.name,
        role: plugin.role,
        version: plugin.version,
        description: plugin.description,
        ...(await training(plugin)),
      });
    } catch (error) {
      problems.push({ place: plugin.name, ...toFailure(error) });
    }
  }
  if (options.json) terminal.out(jsonDocument({ plugins: rows, problems }));
  else if (rows.length === 0) terminal.out('No plugin is installed here. Install one, e.g. npm install @verilens/plugin-stdt.\n');
  else {
    terminal.out(
      `${table([['name', 'role', 'version', 'presets', 'what it does'], ...rows.map((row) => [row.name, row.role, row.version, row.presets.join(', ') || '-', printable(row.description)])])}\n`,
    );
  }
  if (!options.json)
    for (const problem of problems)
      terminal.err(`${paint(terminal, 'yellow', 'problem')} ${printable(problem.place)}: ${printable(failureLine(problem))}\n`);
  return problems.length > 0 ? exitCode.failed : exitCode.ok;
}

async function training(plugin: InstalledPlugin): Promise<{ presets: readonly string[]; evidence: boolean }> {
  const { trainer } = await plugin.load();
  if (trainer === undefined) return { presets: [], evidence: false };
  const { presets, evidence } = await trainer();
  return { presets, evidence: evidence !== undefined };
}
