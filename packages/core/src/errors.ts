/** Every way Verilens can refuse or fail. Closed: a new way is a new code here. */
export type ErrorCode =
  | 'BAD_INPUT' // a value, file or frame the call cannot use
  | 'BAD_OPTION' // an option outside its documented range
  | 'BAD_SHAPE' // a tensor of the wrong rank, shape or type
  | 'BAD_MODEL' // a model file that is damaged, altered, unsafe or of another shape than its card says
  | 'BAD_PLUGIN' // a plugin package whose manifest or answers break the contract
  | 'UNKNOWN_NAME' // a plugin, preset, file or tensor nobody registered
  | 'DUPLICATE_NAME'
  | 'NO_DEVICE' // no execution device could be started
  | 'NOT_FOUND' // a file or folder that is not there or cannot be read
  | 'UNSUPPORTED' // a format or operation this environment cannot handle
  | 'TOO_LARGE' // refused before memory or time run away
  | 'NOT_FINITE' // NaN or Inf where a finite number was needed
  | 'ABORTED' // cancelled by the caller's AbortSignal
  | 'DISPOSED' // used after dispose
  | 'RUN_FAILED'; // the runtime failed while running a sound model

export interface ErrorDetails {
  /** Where: package, plugin, file, layer path or stage. */
  place: string;
  /** What was expected there. */
  expected?: string;
  /** What came instead. */
  got?: string;
  /** What the reader can do next. */
  remedy?: string;
  cause?: unknown;
}

/**
 * The one error class of Verilens. The message reads
 * `[place] summary; expected …, got …. remedy`.
 */
export class VerilensError extends Error {
  override readonly name: string = 'VerilensError';
  readonly code: ErrorCode;
  readonly place: string;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, summary: string, details: ErrorDetails) {
    const facts = [
      details.expected === undefined ? undefined : `expected ${details.expected}`,
      details.got === undefined ? undefined : `got ${details.got}`,
    ].filter((fact) => fact !== undefined);
    const body = facts.length > 0 ? `${summary}; ${facts.join(', ')}.` : `${summary}.`;
    super(`[${details.place}] ${body}${details.remedy === undefined ? '' : ` ${details.remedy}`}`, { cause: details.cause });
    this.code = code;
    this.place = details.place;
    this.expected = details.expected;
    this.got = details.got;
    this.remedy = details.remedy;
  }
}

/** Throws `ABORTED` when `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, place: string): void {
  if (signal?.aborted) throw new VerilensError('ABORTED', 'cancelled by the caller', { place, cause: signal.reason });
}
