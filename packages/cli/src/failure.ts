import { VerilensError } from '@verilens/core';
import type { Failure } from '@verilens/report';

/** An error in the command line: what was given, and what would be right. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** Any thrown value as code, message and remedy. What is not a VerilensError is a fault of ours, and says so. */
export function toFailure(error: unknown): Failure {
  if (error instanceof VerilensError) {
    return { code: error.code, message: messageOnly(error), ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  }
  const text = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC') return { code: 'NOT_FOUND', message: `The disk is full: ${text}`, remedy: 'Free some space, or write elsewhere.' };
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST') {
    return { code: 'NOT_FOUND', message: text, remedy: 'Check that the path exists and that this user may read and write it.' };
  }
  return { code: 'INTERNAL', message: text, remedy: 'This is a fault in Verilens or in a plugin; please report it.' };
}

/** The failure as one line: `BAD_INPUT [place] summary; expected …, got …. Remedy.` */
export function failureLine(failure: Failure): string {
  return `${failure.code} ${[failure.message, failure.remedy].filter((part) => part !== undefined).join(' ')}`.replace(/\s*\n\s*/g, ' ');
}

export function isAbort(error: unknown): boolean {
  return error instanceof VerilensError ? error.code === 'ABORTED' : error instanceof Error && error.name === 'AbortError';
}

/** The message of a VerilensError ends with its remedy; here the two are kept apart. */
function messageOnly(error: VerilensError): string {
  return error.remedy !== undefined && error.message.endsWith(error.remedy)
    ? error.message.slice(0, -error.remedy.length).trimEnd()
    : error.message;
}
