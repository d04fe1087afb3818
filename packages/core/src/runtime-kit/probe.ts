import { VerilensError } from '../errors.ts';
import type { Device, DeviceProbe } from '../runtime.ts';
import type { Engine } from './engine.ts';
import { isRightAnswer, PROBE_ANSWER, probeFeeds, probeModel } from './probe-model.ts';
import { deviceQueue } from './queue.ts';

/** The outcome of looking at one device, before its time is taken. */
export type Finding = Omit<DeviceProbe, 'durationMs' | 'device'>;

/** Runs the one-node model on a device and compares its answer. Rejects when the engine does or the answer is wrong. */
export async function runProbe(engine: Engine, device: Device, queueName: string, threads = 1): Promise<void> {
  const answer = await deviceQueue(`${queueName} ${device}`).add(async () => {
    const session = await engine.create(probeModel(), [], device, { background: false, threads });
    try {
      return await session.run(probeFeeds(), ['y']);
    } finally {
      await session.release();
    }
  }, `${queueName} probe`);
  const numbers = Array.from((answer['y']?.data ?? []) as Float32Array);
  if (!isRightAnswer(numbers)) {
    throw new Error(`a 2x3 by 3x2 product came out as [${numbers.join(', ')}] instead of [${PROBE_ANSWER.join(', ')}]`);
  }
}

/** Takes the time of a look at a device and turns whatever it throws into a reason. */
export async function timedProbe(device: Device, look: () => Promise<Finding>): Promise<DeviceProbe> {
  const started = performance.now();
  let finding: Finding;
  try {
    finding = await look();
  } catch (error) {
    // The caller's mistake, not the device's.
    if (error instanceof VerilensError && error.code === 'BAD_OPTION') throw error;
    const text = error instanceof Error ? error.message : String(error);
    finding = { available: false, reason: `failed: ${text.replace(/\s+/g, ' ').slice(0, 400)}` };
  }
  return { device, ...finding, durationMs: performance.now() - started };
}

/** `cuda: reason. Remedy` for each probe, joined. */
export function probesText(probes: readonly DeviceProbe[]): string {
  const text = (probe: DeviceProbe): string =>
    [`${probe.device}: ${probe.reason}`, probe.remedy]
      .filter((part) => part !== undefined)
      .map((part) => part.replace(/\.$/, ''))
      .join('. ');
  return probes.map(text).join(' | ');
}

/** The error for "nothing could be started". */
export function noDevice(place: string, asked: string, probes: readonly DeviceProbe[]): VerilensError {
  return new VerilensError('NO_DEVICE', `no device could be started for "${asked}"`, {
    place,
    got: probesText(probes),
    remedy: 'Run `verilens doctor` for the whole list.',
  });
}

/**
 * A number of threads.
 * @throws VerilensError BAD_OPTION unless an integer 1..256
 */
export function checkThreads(threads: number | undefined, fallback: number, place: string): number {
  if (threads === undefined) return fallback;
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw new VerilensError('BAD_OPTION', 'threads is out of range', { place, expected: 'an integer from 1 to 256', got: String(threads) });
}
