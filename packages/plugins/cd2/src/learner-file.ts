import { sha256, VerilensError } from '@verilens/core';
import {
  type NamedTensor,
  namedParams,
  namedStates,
  type Parameters,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from '@verilens/nn';
import { backboneOf } from './backbone.ts';
import { type Cd2Config, PLACE } from './config.ts';
import { headOf } from './head.ts';
import type { Knowledge } from './knowledge.ts';

const FORMAT = 'verilens-cd2-1';

/** One safetensors file: weights, made pictures, labels, and the SHA-256 of the file as it is without that sum. */
export async function writeLearner(knowledge: Knowledge | undefined, config: Cd2Config): Promise<Uint8Array> {
  const tensors = new Map<string, NamedTensor>();
  if (knowledge !== undefined) {
    const { backbone, head, memory } = knowledge;
    for (const [name, value] of backbone) tensors.set(`backbone.${name}`, value);
    for (const [name, value] of head) tensors.set(`head.${name}`, value);
    tensors.set('memory', { shape: [memory.count, 3, memory.side, memory.side], data: memory.data });
  }
  const facts: Readonly<Record<string, unknown>> = {
    labels: knowledge?.labels ?? [],
    seen: knowledge?.seen ?? [],
    baseClasses: knowledge?.baseClasses ?? 0,
    sessions: knowledge?.sessions ?? 0,
  };
  const metadata = { format: FORMAT, preset: config.preset, facts: JSON.stringify(facts) };
  return writeSafetensors(tensors, { ...metadata, sha256: await sha256(writeSafetensors(tensors, metadata)) });
}

/** @throws VerilensError BAD_INPUT for bytes that are damaged, of another method or of another preset */
export async function readLearner(bytes: Uint8Array, config: Cd2Config): Promise<Knowledge | undefined> {
  const { tensors, metadata } = parse(bytes);
  if (metadata['format'] !== FORMAT)
    throw refused('the file holds no learner of this method', FORMAT, metadata['format'] ?? 'no such mark');
  const { sha256: sum, ...rest } = metadata;
  const found = await sha256(writeSafetensors(tensors, rest));
  if (found !== sum) throw refused('the file was altered', `SHA-256 ${sum ?? 'none'}`, found);
  if (metadata['preset'] !== config.preset) {
    throw new VerilensError('BAD_INPUT', 'the file is of another preset', {
      place: PLACE,
      expected: config.preset,
      got: metadata['preset'] ?? 'none',
      remedy: `Create the learner with preset: '${metadata['preset'] ?? ''}'.`,
    });
  }
  const facts = factsOf(metadata['facts']);
  const { labels, seen, baseClasses, sessions } = facts;
  if (labels.length === 0) return undefined;
  const { side, distillation } = config;
  const memory = floats(tensors, 'memory', [labels.length * distillation.pictures, 3, side, side]);
  if (!memory.every((value) => value >= 0 && value <= 1)) throw refused('a remembered picture is none', 'values 0..1', 'others');
  return {
    labels,
    seen,
    baseClasses,
    sessions,
    backbone: weightsOf(tensors, backboneOf(config), 'backbone.'),
    head: weightsOf(tensors, headOf(config, labels.length), 'head.'),
    memory: { count: labels.length * distillation.pictures, side, data: memory },
  };
}

function parse(bytes: Uint8Array): Safetensors {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'the file is damaged or no learner', {
      place: PLACE,
      expected: 'the bytes that save gave',
      got: `${bytes.length} bytes of something else`,
      remedy: 'Restore what save of this method gave.',
      cause,
    });
  }
}

type Facts = Pick<Knowledge, 'labels' | 'seen' | 'baseClasses' | 'sessions'>;

function factsOf(text: string | undefined): Facts {
  let facts: Partial<Record<keyof Facts, unknown>>;
  try {
    facts = JSON.parse(text ?? '') as typeof facts;
  } catch {
    throw refused('the file does not say what was learned', 'facts as JSON', 'something else');
  }
  const { labels, seen, baseClasses, sessions } = facts;
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const sound =
    Array.isArray(labels) &&
    labels.every((label) => typeof label === 'string' && label !== '') &&
    new Set(labels).size === labels.length &&
    Array.isArray(seen) &&
    seen.length === labels.length &&
    seen.every((count) => whole(count) && count > 0) &&
    whole(baseClasses) &&
    baseClasses <= labels.length &&
    (labels.length === 0 || baseClasses > 0) &&
    whole(sessions);
  if (!sound) throw refused('what the file says was learned does not add up', 'labels, counts and sessions', (text ?? '').slice(0, 80));
  return { labels: labels as string[], seen: seen as number[], baseClasses, sessions };
}

function weightsOf(tensors: ReadonlyMap<string, NamedTensor>, module: { readonly params: unknown }, prefix: string): Parameters {
  return new Map(
    [...namedParams(module), ...namedStates(module)].map(([name, { shape }]) => [
      name,
      { shape, data: floats(tensors, prefix + name, shape) },
    ]),
  );
}

function floats(tensors: ReadonlyMap<string, NamedTensor>, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined || !(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join())
    throw refused(
      `"${name}" is not what it should be`,
      `float32[${shape.join(', ')}]`,
      tensor === undefined ? 'nothing' : tensor.shape.join(', '),
    );
  if (!tensor.data.every(Number.isFinite)) throw refused(`"${name}" is not finite`, 'finite numbers', 'NaN or Inf');
  return tensor.data;
}

function refused(summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_INPUT', summary, { place: PLACE, expected, got, remedy: 'Restore what save of this method gave.' });
}
