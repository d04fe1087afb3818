import { VerilensError } from '../errors.ts';
import type { Device } from '../runtime.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Engine messages without the engine's own prefixes, source positions and line breaks. */
function plain(error: unknown): string {
  return messageOf(error)
    .replace(/\s+/g, ' ')
    .replace(/^.*?ERROR_MESSAGE: /, '')
    .replace(/\S+\.(cc|cpp|h):\d+ /g, '')
    .slice(0, 600)
    .trim();
}

/** An engine's refusal to load a model that passed our own checks, in our words. */
export function loadFailure(error: unknown, device: Device, place: string): VerilensError {
  if (error instanceof VerilensError) return error;
  const got = plain(error);
  const details = { place, got, cause: error };
  if (/fallback to CPU EP has been explicitly disabled/.test(got)) {
    return new VerilensError('UNSUPPORTED', `the model has operators that ${device} lacks, and leaving them to the CPU was ruled out`, {
      place,
      cause: error,
      remedy: 'Allow `cpuFallback`, or write the model for this device.',
    });
  }
  const op = /No Op registered for (\S+)|Could not find an implementation for (\S+)|not a registered function\/op/.exec(got);
  if (op !== null) {
    const name = op[1] ?? op[2]?.replace(/\(.*$/, '');
    return new VerilensError(
      'UNSUPPORTED',
      `the model uses an operator${name === undefined ? '' : ` (${name})`} that ${device} does not have`,
      { ...details, remedy: 'Try another device, or export the model to a lower opset with standard operators.' },
    );
  }
  if (/opset|IR_VERSION|ir_version|model version/i.test(got)) {
    return new VerilensError('UNSUPPORTED', 'the model is of a format version this ONNX Runtime does not read', {
      ...details,
      remedy: 'Export it again to an older opset (17 works everywhere here).',
    });
  }
  if (/bad_alloc|out of memory|failed to allocate|allocation failed|CUDA_OUT_OF_MEMORY/i.test(got)) {
    return new VerilensError('TOO_LARGE', `the model does not fit in the memory of ${device}`, details);
  }
  return new VerilensError('BAD_MODEL', 'ONNX Runtime refused the model', { ...details, expected: 'a model that passes the ONNX checks' });
}

/** A failure while running a sound model with sound feeds, in our words. */
export function runFailure(error: unknown, device: Device, place: string): VerilensError {
  if (error instanceof VerilensError) return error;
  const got = plain(error);
  const memory = /bad_alloc|out of memory|failed to allocate|allocation failed|AllocateRaw|shape is too large/i.test(got);
  return new VerilensError('RUN_FAILED', memory ? `the run needs more memory than ${device} has` : `the run failed on ${device}`, {
    place,
    got,
    cause: error,
    remedy: memory ? 'Use smaller inputs or batches.' : undefined,
  });
}
