import { type Point, VerilensError } from '@verilens/core';
import { arcfaceTemplate } from '@verilens/faces';

/** What an embedding network wants to be given. Everything has the value usual for ArcFace networks. */
export interface EmbeddingFormat {
  /** Side of its square input in pixels. Default 112. */
  readonly inputSize?: number;
  /** Default `rgb`. */
  readonly order?: 'rgb' | 'bgr';
  /** `nchw`: planes. `nhwc`: interleaved. Default `nchw`. */
  readonly layout?: 'nchw' | 'nhwc';
  /** Taken away from values 0..255, then divided by. Default 127 and 128. */
  readonly mean?: number | readonly [number, number, number];
  readonly std?: number | readonly [number, number, number];
  /** Where eyes, nose and mouth corners belong, in pixels of the input. Default: ArcFace's, scaled to `inputSize`. */
  readonly template?: readonly [Point, Point, Point, Point, Point];
}

export interface ResolvedFormat {
  readonly inputSize: number;
  readonly order: 'rgb' | 'bgr';
  readonly layout: 'nchw' | 'nhwc';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly template: readonly [Point, Point, Point, Point, Point];
}

/** @throws VerilensError BAD_OPTION */
export function resolveFormat(format: EmbeddingFormat = {}): ResolvedFormat {
  const { inputSize = 112, order = 'rgb', layout = 'nchw', mean = 127, std = 128 } = format;
  const each = (value: number | readonly [number, number, number]): readonly [number, number, number] =>
    typeof value === 'number' ? [value, value, value] : value;
  const template = format.template ?? arcfaceTemplate(inputSize);
  demand('format.inputSize', Number.isInteger(inputSize) && inputSize >= 16 && inputSize <= 1024, 'a whole number, 16..1024', inputSize);
  demand('format.order', order === 'rgb' || order === 'bgr', 'rgb or bgr', order);
  demand('format.layout', layout === 'nchw' || layout === 'nhwc', 'nchw or nhwc', layout);
  demand('format.mean', each(mean).length === 3 && each(mean).every(Number.isFinite), 'a number or three', mean);
  demand(
    'format.std',
    each(std).length === 3 && each(std).every((value) => value > 0 && Number.isFinite(value)),
    'positive, one or three',
    std,
  );
  const inside = template.length === 5 && template.flat().every((value) => value >= -inputSize && value <= 2 * inputSize);
  demand('format.template', inside, 'five points near the input', template);
  return { inputSize, order, layout, mean: each(mean), std: each(std), template };
}

function demand(name: string, sound: boolean, expected: string, got: unknown): void {
  if (sound) return;
  throw new VerilensError('BAD_OPTION', `${name} cannot be used`, { place: 'plugin face-embedding', expected, got: JSON.stringify(got) });
}
