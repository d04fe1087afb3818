// `npm run check`: what has to be right before a release. Formatting, unused code, and the packages as they would be
// published: built, packed, checked by publint (strict) and attw, installed outside the workspace and imported.
import { runTool, type Tool } from './tool.ts';

const steps: [string, Tool, string[]][] = [
  ['format (oxfmt)', ['oxfmt', 'oxfmt'], ['--check']],
  ['unused code and dependencies (knip)', ['knip', 'knip'], ['--no-progress']],
  [
    'packages (publint, attw, import of the packed files)',
    ['vitest', 'vitest'],
    ['run', '--project=node', 'test/packaging', 'test/arrows', 'test/import-cost', 'test/hygiene', 'test/size'],
  ],
];
const failed = steps.filter(([name, tool, args]) => {
  const ok = runTool(tool, args) === 0;
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n`);
  return !ok;
});
process.exitCode = failed.length > 0 ? 1 : 0;
