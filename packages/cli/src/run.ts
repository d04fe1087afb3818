import { CommanderError } from 'commander';
import { exitCode } from './exit-code.ts';
import { failureLine, isAbort, toFailure, UsageError } from './failure.ts';
import { buildProgram } from './program.ts';
import { paint, printable, type Terminal } from './terminal.ts';
import type { Toolkit } from './toolkit.ts';

export interface CliEnvironment {
  readonly terminal: Terminal;
  /** What relative names start from. */
  readonly folder: string;
  /** Fires on Ctrl-C: commands stop, write what is done, and end with 130. */
  readonly signal: AbortSignal;
  readonly toolkit: Toolkit;
}

/**
 * The whole command, in process: arguments in, exit code out. Never throws.
 *
 * @param args Without the interpreter and the script.
 */
export async function run(args: readonly string[], environment: CliEnvironment): Promise<number> {
  let code: number = exitCode.ok;
  const program = buildProgram(environment, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, environment);
  }
}

function report(error: unknown, { terminal, signal }: CliEnvironment): number {
  // Commander has printed its own message, help or version by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (signal.aborted || isAbort(error)) {
    terminal.err('Interrupted.\n');
    return exitCode.interrupted;
  }
  if (error instanceof UsageError) {
    terminal.err(`${printable(error.message)}\n`);
    return exitCode.usage;
  }
  const failure = toFailure(error);
  terminal.err(`${paint(terminal, 'red', 'error')} ${printable(failureLine(failure))}\n`);
  if (failure.code === 'INTERNAL' && error instanceof Error && error.stack !== undefined) terminal.err(`${error.stack}\n`);
  return failure.code === 'INTERNAL' ? exitCode.internal : exitCode.failed;
}
