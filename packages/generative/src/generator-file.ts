import { VerilensError } from '@verilens/core';
import { readSafetensors, writeSafetensors, type Parameters } from '@verilens/nn';
import { checkConfig, GENERATOR_KINDS, type GeneratorConfig } from './config.ts';
import type { TrainedGenerator } from './train.ts';

const FORMAT = 'verilens-generator/1';

/** A generator as one safetensors file: parameters, configuration, and how it was trained. Equal generators give equal bytes. */
export function writeGenerator({ config, parameters, training }: TrainedGenerator): Uint8Array {
  return writeSafetensors(parameters, { format: FORMAT, config: JSON.stringify(config), training: JSON.stringify(training) });
}

/** @throws VerilensError BAD_MODEL when it is another kind of file, cut off or altered beyond reading */
export function readGenerator(bytes: Uint8Array): TrainedGenerator {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata['format'] !== FORMAT) throw notAGenerator(`format ${metadata['format'] ?? 'not given'}`);
  const config = parsed(metadata['config']) as GeneratorConfig;
  const training = parsed(metadata['training']) as TrainedGenerator['training'];
  if (!(GENERATOR_KINDS as readonly string[]).includes(config.kind) || !Array.isArray(config.widths))
    throw notAGenerator('another configuration');
  const parameters: Parameters = new Map(
    [...tensors].map(([name, { shape, data }]) => {
      if (!(data instanceof Float32Array)) throw notAGenerator(`${name} is not float32`);
      return [name, { shape, data }] as const;
    }),
  );
  return { config: checkConfig(config), parameters, training };
}

function parsed(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below
  }
  throw notAGenerator('a header that cannot be read');
}

function notAGenerator(got: string): VerilensError {
  return new VerilensError('BAD_MODEL', 'not a generator', {
    place: 'generative readGenerator',
    expected: `a safetensors file of the format ${FORMAT}`,
    got,
    remedy: 'Give a file that writeGenerator or "verilens train f2c" wrote.',
  });
}
