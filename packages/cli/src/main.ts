#!/usr/bin/env node
import { exitCode } from './exit-code.ts';
import { installedToolkit } from './installed-toolkit.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

const stop = new AbortController();
const interrupt = (): void => {
  // The second Ctrl-C does not wait for anything.
  if (stop.signal.aborted) process.exit(exitCode.interrupted);
  process.stderr.write('\nStopping; once more to stop at once.\n');
  stop.abort(new Error('interrupted'));
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// A reader that has seen enough (`verilens … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCode.ok : exitCode.failed));

process.exitCode = await run(process.argv.slice(2), {
  terminal: processTerminal(),
  folder: process.cwd(),
  signal: stop.signal,
  toolkit: installedToolkit(),
});

// Everything is disposed of by now; a library that still holds a handle must not keep the command from ending.
setTimeout(() => process.exit(), 1000).unref();
