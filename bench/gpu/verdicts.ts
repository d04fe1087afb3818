import { VerilensError, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import * as learner from '../../packages/plugins/cd2/test/parity-learner.ts';
import learnerFile from '../../packages/plugins/cd2/test/parity-learner.json' with { type: 'json' };
import * as pictures from '../../packages/plugins/f2c/test/parity-scores.ts';
import * as faces from '../../packages/plugins/face-embedding/test/parity-crop.ts';
import { missing, modelPath } from '../../packages/plugins/face-embedding/test/pictures.ts';
import * as student from '../../packages/plugins/hybrid-order-kd/test/parity-student.ts';
import * as clips from '../../packages/plugins/stdt/test/parity-scores.ts';

/** Allowed difference of a score from native CPU. */
export const VERDICT_BAR = 1e-3;

export interface VerdictGap {
  readonly plugin: string;
  readonly what: string;
  readonly numbers: number;
  readonly gap: number;
  /** False when ONNX Runtime left some of its operators to the CPU. */
  readonly onDevice: boolean;
}

interface Verdict {
  readonly plugin: string;
  readonly what: string;
  readonly of: (runtime: Runtime) => Promise<readonly number[]>;
}

/** Learns one class more and names pictures afterwards; the names go in as numbers, so that another name shows as a gap. */
async function ofLearner(runtime: Runtime): Promise<readonly number[]> {
  const { scores, after } = await learner.parityOf(runtime, learner.bytesOf(learnerFile));
  const names = Object.keys(scores[0]!).sort();
  return [...scores.flatMap((own) => names.map((name) => own[name]!)), ...after.map((name) => names.indexOf(name))];
}

const VERDICTS: readonly Verdict[] = [
  { plugin: 'stdt', what: 'scores of two clips, temporal and spatial network', of: clips.parityScores },
  { plugin: 'f2c', what: 'scores of the tiles of three pictures', of: pictures.parityScores },
  { plugin: 'hybrid-order-kd', what: 'embeddings and scores of three pictures', of: student.numbersOf },
  { plugin: 'cd2', what: 'scores of a restored learner, and labels after one more session', of: ofLearner },
  ...(missing === undefined
    ? [
        {
          plugin: 'face-embedding',
          what: 'embedding of a pattern',
          of: (runtime: Runtime) => faces.embeddingOfPattern(runtime, modelPath('fr_feature.onnx')),
        },
      ]
    : []),
];

/** What plugins say with their shipped weights of fixed inputs: the largest difference between WebGPU and native CPU. */
export async function verdictGaps(threads: number, say: (line: string) => void): Promise<VerdictGap[]> {
  const gaps: VerdictGap[] = [];
  for (const { plugin, what, of } of VERDICTS) {
    const on = async (device: 'cpu' | 'webgpu', cpuFallback: boolean): Promise<readonly number[]> => {
      await using runtime = await native({ device, threads, cpuFallback });
      return await of(runtime);
    };
    const wanted = await on('cpu', true);
    const strict = await on('webgpu', false).catch((error: unknown) => {
      if (error instanceof VerilensError) return undefined;
      throw error;
    });
    const found = strict ?? (await on('webgpu', true));
    const gap = Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!)), found.length === wanted.length ? 0 : Number.NaN);
    say(`${plugin}: ${what}: ${gap.toExponential(1)}${strict === undefined ? ', partly on the CPU' : ''}`);
    gaps.push({ plugin, what, numbers: wanted.length, gap: Number(gap.toExponential(1)), onDevice: strict !== undefined });
  }
  return gaps;
}
