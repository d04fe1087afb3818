import { Tensor, throwIfAborted } from '@verilens/core';
import {
  concat,
  float32,
  inputGradient,
  mean,
  module,
  type Parameters,
  random,
  reshape,
  square,
  sub,
  sum,
  targetOf,
  type Sym,
} from '@verilens/nn';
import { backboneOf } from './backbone.ts';
import { type Cd2Config, PLACE } from './config.ts';
import { headOf } from './head.ts';
import { placesByOwner } from './knowledge.ts';
import { meanRow, type Rows } from './network.ts';
import { planeSize, type Planes } from './pixels.ts';
import type { BothParameters, TrainingOptions } from './train-base.ts';

/** Real pictures to be condensed, each standing for `weights[i]` pictures of its class. */
export interface Material {
  readonly pictures: Planes;
  readonly owners: Int32Array;
  readonly weights?: readonly number[];
  /** phi of each picture: hidden vector and logits. */
  readonly phi: Rows;
}

export interface Distilled {
  /** K a class, classes in the order asked for. */
  readonly pictures: Planes;
  /** Squared distance of class means at the first pictures and at the last, one each for a class. */
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** Classes whose pictures are made in one run. */
const CLASSES_A_RUN = 12;

/** phi of the paper, our choice: the hidden vector beside the logits. */
export function phiOf(hidden: Rows, logits: Rows): Rows {
  const width = hidden.width + logits.width;
  const data = new Float32Array(hidden.count * width);
  for (let i = 0; i < hidden.count; i++) {
    data.set(hidden.data.subarray(i * hidden.width, (i + 1) * hidden.width), i * width);
    data.set(logits.data.subarray(i * logits.width, (i + 1) * logits.width), i * width + hidden.width);
  }
  return { count: hidden.count, width, data };
}

/**
 * Makes K pictures of each class whose mean phi is that of the class (distribution matching by first moments): begun at real
 * pictures, moved along the gradient towards their pixels, cut to 0..1. The model is frozen, so the class mean is computed once,
 * over all its pictures instead of a random subset at each step. Each class has its own rate: a step that leads away from the
 * mean is taken back and the rate halved, one that leads nearer makes it a tenth larger. The paper's fixed rate overshoots on
 * some networks and stalls on others.
 */
export async function distil(
  classes: readonly number[],
  material: Material,
  parameters: BothParameters,
  options: TrainingOptions,
): Promise<Distilled> {
  const { runtime, config, seed, signal, onProgress } = options;
  const { pictures: each, steps, rate, momentum } = config.distillation;
  const size = planeSize(config.side);
  const width = material.phi.width;
  const places = placesByOwner(material.owners);
  const together = Math.min(CLASSES_A_RUN, classes.length);
  const session = await runtime.load(matchingGraph(config, parameters, together, width, targetOf(runtime)), { name: 'cd2 distillation' });
  const out = new Float32Array(classes.length * each * size);
  const [start, end]: [number[], number[]] = [[], []];
  try {
    for (let from = 0; from < classes.length; from += together) {
      // the last run is filled up with its own first classes
      const here = Array.from({ length: together }, (_, i) => classes[from + i] ?? classes[from]!);
      const targets = new Float32Array(together * width);
      const pixels = new Float32Array(together * each * size);
      here.forEach((owner, i) => {
        const own = places.get(owner)!;
        const weights = material.weights === undefined ? undefined : own.map((place) => material.weights![place]!);
        targets.set(meanRow(material.phi, own, weights), i * width);
        begin(material.pictures, own, each, pixels, i * each * size, seed + owner);
      });
      const own = each * size;
      const run = async (at: Float32Array): Promise<{ readonly distances: Float32Array; readonly gradient: Float32Array }> => {
        throwIfAborted(signal, PLACE);
        const result = await session.run({
          pictures: new Tensor('float32', at, [together * each, 3, config.side, config.side]),
          targets: new Tensor('float32', targets, [together, width]),
        });
        return { distances: result['distances']!.data as Float32Array, gradient: result['gradient.pictures']!.data as Float32Array };
      };
      const first = await run(pixels);
      const distances = first.distances.slice();
      const gradient = first.gradient.slice();
      const speed = gradient.slice();
      const rates = here.map(() => rate);
      start.push(...distances.subarray(0, classes.length - from));
      const trial = new Float32Array(pixels.length);
      for (let step = 0; step < steps; step++) {
        for (let i = 0; i < pixels.length; i++) trial[i] = Math.min(1, Math.max(0, pixels[i]! - rates[Math.floor(i / own)]! * speed[i]!));
        const found = await run(trial);
        for (let c = 0; c < together; c++) {
          const range = [c * own, (c + 1) * own] as const;
          if (found.distances[c]! <= distances[c]!) {
            distances[c] = found.distances[c]!;
            pixels.set(trial.subarray(...range), range[0]);
            gradient.set(found.gradient.subarray(...range), range[0]);
            for (let i = range[0]; i < range[1]; i++) speed[i] = momentum * speed[i]! + gradient[i]!;
            rates[c]! *= 1.1;
          } else {
            speed.set(gradient.subarray(...range), range[0]);
            rates[c]! *= 0.5;
          }
        }
        onProgress?.((from + (together * (step + 1)) / steps) / (classes.length + together));
      }
      end.push(...distances.subarray(0, classes.length - from));
      out.set(pixels.subarray(0, Math.min(pixels.length, out.length - from * each * size)), from * each * size);
    }
  } finally {
    await session.dispose();
  }
  return { pictures: { count: classes.length * each, side: config.side, data: out }, start, end };
}

/** Sum over classes of the squared distance between the mean phi of a class's pictures and its target. */
function matchingGraph(
  config: Cd2Config,
  { backbone: backboneParameters, head: headParameters }: BothParameters,
  classes: number,
  width: number,
  target: ReturnType<typeof targetOf>,
): Uint8Array {
  const { pictures: each } = config.distillation;
  const backbone = backboneOf(config);
  const head = headOf(config, headParameters.get('rows')!.shape[0]!);
  const both = module('cd2', { backbone, head }, (p, x: Sym) => head.apply(p.head, backbone.apply(p.backbone, x)));
  const named = (parameters: Parameters, prefix: string): (readonly [string, { shape: readonly number[]; data: Float32Array }])[] =>
    [...parameters].map(([name, value]) => [prefix + name, value] as const);
  return inputGradient({
    module: both,
    params: new Map([...named(backboneParameters, 'backbone.'), ...named(headParameters, 'head.')]),
    inputs: { pictures: float32([classes * each, 3, config.side, config.side]), targets: float32([classes, width]) },
    objective: (p, { pictures, targets }) => {
      const { hidden, logits } = both.apply(p, pictures);
      const means = mean(reshape(concat([hidden, logits], 1), [classes, each, width]), 1);
      const distances = sum(square(sub(means, targets)), 1);
      return { objective: sum(distances), outputs: { distances } };
    },
    towards: ['pictures'],
    target,
  });
}

/** The first pictures: real ones, drawn without repetition while there are enough; a repeated one gets a little noise to move apart. */
function begin({ data, side }: Planes, places: readonly number[], each: number, out: Float32Array, at: number, seed: number): void {
  const own = random(seed, 'cd2 begin');
  const left = [...places];
  const size = planeSize(side);
  for (let k = 0; k < each; k++) {
    const repeated = left.length === 0;
    const place = repeated ? places[k % places.length]! : left.splice(own.below(left.length), 1)[0]!;
    for (let i = 0; i < size; i++) {
      const value = data[place * size + i]!;
      out[at + k * size + i] = repeated ? Math.min(1, Math.max(0, value + 0.05 * own.normal())) : value;
    }
  }
}
