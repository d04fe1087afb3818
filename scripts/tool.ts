import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

/** Package name and command name of a development tool in the root's node_modules. */
export type Tool = readonly [packageName: string, command: string];

/** The JavaScript file behind a tool's command (the links in node_modules/.bin are shell scripts on some systems). */
export function toolFile([packageName, command]: Tool): string {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> };
  const file = typeof bin === 'string' ? bin : bin[command];
  if (file === undefined) throw new Error(`${packageName} has no command ${command}.`);
  return join(folder, file);
}

/** Runs a tool from the root with its output shown; gives its exit code. */
export function runTool(tool: Tool, args: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [toolFile(tool), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return status ?? 1;
}
