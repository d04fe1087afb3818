// `npm test`: everything that has to hold, then one line `N passed, N failed[, N skipped]`.
// With arguments (`npm test -- packages/nn -t conv`) only those tests run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserTestFiles, findChromium } from './chromium.ts';
import { runTool, type Tool } from './tool.ts';
import { root } from './workspace.ts';

/** A hanging test must end as a failure here, not as a killed job with no answer. */
const TEST_LIMIT_MS = 20 * 60_000;

const args = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
const failures: string[] = [];

const steps: [string, Tool, string[]][] = [
  ['types (tsc)', ['typescript', 'tsc'], ['-p', 'tsconfig.json']],
  ['lint (oxlint)', ['oxlint', 'oxlint'], ['--deny-warnings', '--quiet']],
  ['format (oxfmt)', ['oxfmt', 'oxfmt'], ['--check']],
  ['unused code and dependencies (knip)', ['knip', 'knip'], ['--no-progress']],
];
for (const [name, tool, options] of args.length > 0 ? [] : steps) {
  const ok = runTool(tool, options) === 0;
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n`);
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
}

runVitest();
if (findChromium() === undefined && args.length === 0) {
  const files = browserTestFiles();
  process.stdout.write(`Browser tests skipped, no Chromium found: ${files.join(', ')}\n`);
  skipped += files.length;
}
for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;

interface JsonReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: { status: string; fullName: string }[] }[];
}

function runVitest(): void {
  const folder = mkdtempSync(join(tmpdir(), 'verilens-test-'));
  const file = join(folder, 'report.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args];
    const { status, signal } = spawnSync(process.execPath, [vitest, ...options], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: TEST_LIMIT_MS,
    });
    count(readReport(file), status, signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(report: JsonReport | undefined, status: number | null, signal: string | null): void {
  const before = failed;
  if (report !== undefined) {
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + report.numTodoTests;
    for (const { name, status: state, message, assertionResults } of report.testResults) {
      const broken = assertionResults.filter((result) => result.status === 'failed');
      failures.push(...broken.map((result) => `${name}: ${result.fullName}`));
      if (state === 'failed' && broken.length === 0) {
        // A file that could not be loaded has no tests to count, and is a failure all the same.
        failed += 1;
        failures.push(`${name}: ${message.split('\n')[0]}`);
      }
    }
  }
  if (status !== 0 && failed === before) {
    failed += 1;
    failures.push(`vitest ended with ${signal ?? `exit code ${status}`}; see above`);
  }
}

function readReport(file: string): JsonReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JsonReport;
  } catch {
    return undefined;
  }
}
