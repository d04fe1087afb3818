import { checkCalibration, type ModelCard, sha256, type SimilarityCalibration, VerilensError } from '@verilens/core';
import { type HybridConfig, PLACE } from './config.ts';

/** The card of a student: also its labels and what its cosines mean. */
export interface HybridCard extends ModelCard {
  /** Of `classify`, in the order of the logits. */
  readonly labels: readonly string[];
  readonly similarity: SimilarityCalibration;
}

const NOTES: readonly string[] = [
  'After the abstract and a secondary summary of the paper: its losses, weights, networks and figures are not known to us; formulas are those of relational distillation (Park et al. 2019).',
  'The assistant has the student’s network and sees good pictures; it learns from labels and the teacher’s softened logits, is frozen, and teaches beside the teacher.',
  'Pictures are stretched to the side of the input; larger ones lose everything finer, smaller ones than 4 pixels are refused.',
  'Similarities and false-accept rates are of classes that were left out of training, but of the same two data sets; they say nothing of other kinds of pictures, and nothing of faces.',
  'classify knows the trained classes alone and gives one of them to any picture.',
];

/** Names a student by its weights. */
export function modelName(sha: string): string {
  return `hybrid-order-kd/${sha.slice(0, 16)}`;
}

export async function studentCard(facts: {
  readonly config: HybridConfig;
  readonly onnx: Uint8Array;
  readonly labels: readonly string[];
  readonly similarity: SimilarityCalibration;
  readonly preset: string;
  readonly command: string;
  readonly seed: number;
  readonly data: readonly string[];
  readonly recipeVersion: number;
}): Promise<HybridCard> {
  const { config, labels, similarity, command, seed } = facts;
  const { channels, low, student } = config;
  return {
    name: `hybrid-order-kd/${facts.preset}`,
    version: String(facts.recipeVersion),
    sha256: await sha256(facts.onnx),
    licence: 'MIT',
    inputs: [{ name: 'pictures', dtype: 'float32', shape: ['batch', channels, low, low] }],
    outputs: [
      { name: 'embedding', dtype: 'float32', shape: ['batch', student.embedding] },
      { name: 'logits', dtype: 'float32', shape: ['batch', labels.length] },
    ],
    paper: {
      title: 'Look One and More: Distilling Hybrid Order Relational Knowledge for Cross-Resolution Image Recognition',
      venue: 'AAAI',
      year: 2020,
      url: 'https://arxiv.org/abs/2409.05384',
    },
    training: { command, seed, data: facts.data },
    notes: NOTES,
    labels,
    similarity,
  };
}

/** What a card says of a student's pictures, embeddings and classes. @throws VerilensError BAD_MODEL for a card of another kind */
export function readCard(card: HybridCard): { readonly channels: 1 | 3; readonly side: number; readonly dimensions: number } {
  const [, channels, side, width] = card.inputs[0]?.shape ?? [];
  const dimensions = card.outputs.find(({ name }) => name === 'embedding')?.shape[1];
  const whole = typeof side === 'number' && side === width && typeof dimensions === 'number' && (channels === 1 || channels === 3);
  if (whole && Array.isArray(card.labels) && card.similarity !== undefined) {
    checkCalibration(card.similarity, modelName(card.sha256));
    return { channels, side, dimensions };
  }
  throw new VerilensError('BAD_MODEL', 'this is no card of a student', {
    place: PLACE,
    expected: 'the JSON that "verilens train hybrid-order-kd" writes beside its model',
    got: card.name,
  });
}
