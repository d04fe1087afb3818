import { embeddingRecognizer, type Image, type Recognizer, type Session, Tensor, VerilensError } from '@verilens/core';
import { checkImage, resizeArea } from '@verilens/vision';
import { type HybridCard, modelName, readCard } from './card.ts';
import { planesOf } from './planes.ts';

export interface RecognizerParts {
  readonly session: Session;
  readonly card: HybridCard;
  readonly limits: { readonly compare: number; readonly search: number };
}

const NAME = 'hybrid-order-kd';
/** Shortest side of a picture, in pixels. */
const LEAST_SIDE = 4;

export function createRecognizer({ session, card, limits }: RecognizerParts): Recognizer {
  const { channels, side, dimensions } = readCard(card);

  async function see(image: Image, place: string, signal?: AbortSignal) {
    checkPicture(image, place);
    const { data } = planesOf([image], side, channels);
    const { embedding, logits } = await session.run({ pictures: new Tensor('float32', data, [1, channels, side, side]) }, { signal });
    return { vector: embedding!.data as Float32Array, logits: logits!.data as Float32Array };
  }

  return embeddingRecognizer({
    name: NAME,
    model: modelName(card.sha256),
    dimensions,
    device: session.device,
    calibration: card.similarity,
    limits,
    async look(image, place, signal) {
      const { vector } = await see(image, place, signal);
      return { vector, quality: Math.min(1, image.width / side, image.height / side), picture: () => pictureOf(image) };
    },
    classifier: {
      labels: card.labels,
      async classify(image, signal) {
        const scores = softmax((await see(image, NAME, signal)).logits);
        return card.labels.map((label, i) => ({ label, score: scores[i]! }));
      },
    },
    async warmup() {
      await see({ data: new Uint8ClampedArray(4 * side * side).fill(128), width: side, height: side }, NAME);
    },
    dispose: () => session.dispose(),
  });
}

function checkPicture(image: Image, place: string): void {
  checkImage(image, place);
  const { width, height } = image;
  if (Math.min(width, height) >= LEAST_SIDE) return;
  throw new VerilensError('BAD_INPUT', 'the picture is too small', {
    place,
    expected: `at least ${LEAST_SIDE} x ${LEAST_SIDE} pixels`,
    got: `${width} x ${height}`,
    remedy: 'Fewer pixels than that do not tell anything apart; give a larger picture.',
  });
}

/** What the gallery keeps: at most 64 pixels a side. */
function pictureOf(image: Image): Image {
  const scale = Math.min(1, 64 / Math.max(image.width, image.height));
  if (scale === 1) return { ...image, data: image.data.slice() };
  return resizeArea(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
}

function softmax(logits: Float32Array): readonly number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
