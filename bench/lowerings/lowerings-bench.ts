import { Tensor, type Runtime, type Session, type TensorMap } from '@verilens/core';
import { input, sum, targetOf, writeGraph, type Sym } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { round, type Measured, type Row } from '../document.ts';
import type { Pieces } from '../merge.ts';
import { contender, interleave, median, type Contender, type RoundOptions } from '../timing.ts';
import { adamWs } from './adamw.ts';
import { attentions } from './attention.ts';
import { inputGradients, weightGradients } from './convolution.ts';
import { Graph } from './graph.ts';
import { maxPoolGradients, reluGradients } from './pointwise.ts';
import { size, type Fed, type Race } from './race.ts';
import { biasGradients, embeddingGradients, layerNorms, linearGradients } from './rows.ts';

/** Largest difference between two ways, relative to the largest value. */
const SAME = 1e-4;
/** Ways closer than this share of the time are tied. */
const TIE = 0.15;

/** Races of each family, with this part of the samples (rows, tensors): 1, 2, 4 or 8. */
const FAMILIES: readonly ((part: number) => Race[])[] = [
  weightGradients,
  inputGradients,
  reluGradients,
  maxPoolGradients,
  biasGradients,
  layerNorms,
  attentions,
  embeddingGradients,
  linearGradients,
  adamWs,
];

/** Each op is a piece. */
export const PIECES: Pieces = {
  column: 'op',
  order: [...new Set(FAMILIES.flatMap((family) => family(1)).map(({ op }) => op))],
  notes: ({ rows }) => notes(rows),
};

export interface LoweringsBenchOptions {
  /** These alone. Default: all */
  readonly ops?: readonly string[];
  readonly rounds: RoundOptions;
  /** The first shape of each op alone. */
  readonly firstOnly?: boolean;
  /** Divides the number of samples: 1, 2, 4 or 8. Default 1 */
  readonly part?: number;
  readonly threads?: number;
  readonly say: (line: string) => void;
}

/** Times the ways in which an op could be written, each on its own, beside the one that the library writes. */
export async function loweringsBench({
  rounds,
  ops = PIECES.order,
  firstOnly = false,
  part = 1,
  say,
  threads = availableParallelism(),
}: LoweringsBenchOptions): Promise<Measured> {
  const unknown = ops.find((op) => !PIECES.order.includes(op));
  if (unknown !== undefined) throw new Error(`There is no op "${unknown}" here; known: ${PIECES.order.join(', ')}.`);
  const all = FAMILIES.flatMap((family) => family(part)).filter(({ op }) => ops.includes(op));
  const races = firstOnly ? all.filter(({ op }, i) => all.findIndex((race) => race.op === op) === i) : all;
  const runtimes = [await native({ device: 'cpu', threads }), await wasm({ device: 'wasm', threads })];
  const rows: Row[] = [];
  try {
    for (const race of races) {
      for (const runtime of runtimes) {
        rows.push(await run(race, runtime, rounds));
        say(Object.values(rows.at(-1)!).join('  '));
      }
    }
  } finally {
    for (const runtime of runtimes) await runtime.dispose();
  }
  return {
    settings: { threads, ...rounds, 'largest relative difference allowed': SAME, 'tied below': TIE },
    rows,
    notes: notes(rows),
  };
}

function notes(rows: readonly Row[]): readonly string[] {
  const verdicts = rows.map((row) => row['ours is the fastest']);
  const count = (verdict: string): number => verdicts.filter((v) => v === verdict).length;
  return [
    `The library's way is the graph its own gradient rule and lowering table write for that runtime; the others are written by hand. In ${count('yes')} of ${rows.length} lines ours is the fastest, in ${count('tie')} another is less than ${TIE * 100} % faster, in ${count('no')} more.`,
    `Before anything is timed the results of all ways are compared with ours: difference below ${SAME} of the largest value. Times are medians of interleaved rounds, inputs given each time, results summed up inside (AdamW: handed back whole); what handing over the inputs alone takes is subtracted.`,
  ];
}

interface Way {
  readonly name: string;
  readonly inputs: Race['inputs'];
  /** The file, whole results or their sums. */
  bytes(whole: boolean): Uint8Array;
}

async function run(race: Race, runtime: Runtime, rounds: RoundOptions): Promise<Row> {
  const sessions: Session[] = [];
  try {
    const contenders: Contender[] = [];
    let expected: readonly Float32Array[] | undefined;
    let difference = 0;
    for (const way of waysOf(race, runtime)) {
      const feeds = feedsOf(way.inputs);
      const session = await runtime.load(way.bytes(true), { name: way.name });
      const results = inOrder(await session.run(feeds));
      if (race.whole === true) sessions.push(session);
      else await session.dispose();
      expected ??= results;
      const gap = furthest(joined(results), joined(expected));
      if (!(gap <= SAME)) throw new Error(`${race.op}, ${race.shape} on ${runtime.device}: "${way.name}" differs from ours by ${gap}.`);
      difference = Math.max(difference, gap);
      const timed = race.whole === true ? session : await runtime.load(way.bytes(false), { name: way.name });
      if (timed !== session) sessions.push(timed);
      contenders.push(contender(way.name, () => timed.run(feeds)));
    }
    const idle = await runtime.load(feedingOnly(race.inputs), { name: 'feeding' });
    sessions.push(idle);
    const feeds = feedsOf(race.inputs);
    contenders.push(contender('feeding', () => idle.run(feeds)));
    return rowOf(race, runtime.device, await interleave(contenders, rounds), difference);
  } finally {
    for (const session of sessions) await session.dispose();
  }
}

function waysOf(race: Race, runtime: Runtime): Way[] {
  const target = targetOf(runtime);
  const byLibrary = (name: string, { inputs, ours }: Pick<Race, 'inputs' | 'ours'>): Way => ({
    name,
    inputs,
    bytes(whole) {
      const syms = symsOf(inputs);
      const results = ours(syms);
      const outputs = Object.fromEntries(results.map((y, i) => [`y${i}`, whole ? y : sum(y)]));
      return writeGraph({ inputs: syms, outputs, target });
    },
  });
  const shapes = race.ours(symsOf(race.inputs)).map(({ shape }) => shape);
  const byHand = Object.entries(race.others).map(([name, write]): Way => ({
    name,
    inputs: race.inputs,
    bytes(whole) {
      const g = new Graph(Object.entries(race.inputs).map(([input, fed]) => ({ name: input, shape: fed.shape, dtype: dtypeOf(fed) })));
      return g.bytes(write(g), whole ? shapes : undefined);
    },
  }));
  const variants = Object.entries(race.variants ?? {}).map(([name, variant]) => byLibrary(name, variant));
  return [byLibrary('ours', race), ...byHand, ...variants];
}

/** A graph that takes the inputs and looks at none of them. */
function feedingOnly(inputs: Race['inputs']): Uint8Array {
  const g = new Graph(Object.entries(inputs).map(([name, fed]) => ({ name, shape: fed.shape, dtype: dtypeOf(fed) })));
  return g.bytes([g.scalar(0)], [[]]);
}

function rowOf(race: Race, device: string, times: ReadonlyMap<string, readonly number[]>, difference: number): Row {
  const feeding = median(times.get('feeding')!);
  // what is left must stay a time
  const ms = (name: string): number => Math.max(1e-3, median(times.get(name)!) - feeding);
  const ours = ms('ours');
  const others = [...times.keys()].filter((name) => name !== 'ours' && name !== 'feeding').map((name) => [name, ms(name) / ours] as const);
  const best = Math.min(...others.map(([, ratio]) => ratio));
  return {
    op: race.op,
    shape: race.shape,
    device,
    "the library's way": race.used,
    ms: round(ours, 3),
    'others, times ours': others.map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`).join('; '),
    'ours is the fastest': best >= 1 ? 'yes' : best >= 1 / (1 + TIE) ? 'tie' : 'no',
    'largest difference': Number(difference.toExponential(1)),
  };
}

const dtypeOf = (fed: Fed): 'float32' | 'int32' => (fed.below === undefined ? 'float32' : 'int32');

function symsOf(inputs: Race['inputs']): Record<string, Sym> {
  return Object.fromEntries(Object.entries(inputs).map(([name, fed]) => [name, input(name, { shape: fed.shape, dtype: dtypeOf(fed) })]));
}

function feedsOf(inputs: Race['inputs']): TensorMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, below, positive = false }]) => {
      const [group = '', part = '0'] = name.split('.');
      const values = Float64Array.from({ length: size(shape) }, (_, i) => noise(group, Number(part) * size(shape) + i));
      if (below !== undefined)
        return [
          name,
          new Tensor(
            'int32',
            Int32Array.from(values, (v) => Math.floor((v + 0.5) * below)),
            shape,
          ),
        ];
      return [
        name,
        new Tensor(
          'float32',
          Float32Array.from(values, (v) => (positive ? v * v : v)),
          shape,
        ),
      ];
    }),
  );
}

/** -0.5..0.5, a hash of name and place. */
function noise(group: string, at: number): number {
  let state = at + 1;
  for (const letter of group) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32 - 0.5;
}

function inOrder(results: TensorMap): Float32Array[] {
  return Object.keys(results)
    .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .map((name) => results[name]!.data as Float32Array);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((count, part) => count + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Largest difference relative to the largest value expected; infinite where lengths differ or nothing is a number. */
function furthest(got: Float32Array, expected: Float32Array): number {
  if (got.length !== expected.length) return Infinity;
  let gap = 0;
  let largest = 1e-12;
  for (let i = 0; i < got.length; i++) {
    const d = Math.abs(got[i]! - expected[i]!);
    if (!(d <= gap)) gap = d;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return gap / largest;
}
