import type { Anonymizer, Box, FaceStage, Image, Plugin, VideoFrame } from '@verilens/core';
import { FACE_STAGE, lifecycle, VerilensError } from '@verilens/core';
import { checkImage, thumbnail } from './thumbnail.ts';

const name = 'template-name';
const blocks = 6;

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands faces become 6 x 6 blocks, tinted a little by the key or seed, which is final and easy to see. Where no face stage is at hand the whole
 * picture is changed: better too much than a face left over.
 */
export function templateName(): Plugin<'anonymizer'> {
  return {
    name,
    role: 'anonymizer',
    apiVersion: 1,
    async create({ runtime, resolve }): Promise<Anonymizer> {
      const life = lifecycle(name);
      const stage: FaceStage | undefined = await resolve?.(FACE_STAGE).catch(() => undefined);
      return {
        name,
        recoverable: false,
        async warmup() {
          life.begin();
        },
        async anonymize(image, options = {}) {
          const elapsed = life.begin(options.signal);
          checkImage(image, name);
          const boxes =
            stage === undefined ? [{ x: 0, y: 0, width: image.width, height: image.height }] : await facesIn(image, stage, options.signal);
          const data = new Uint8ClampedArray(image.data);
          const random = generator(options.key ?? new TextEncoder().encode(String(options.seed ?? 0)));
          for (const box of boxes) pixelate(data, image, box, random);
          const changed: Image = { data, width: image.width, height: image.height };
          return {
            image: changed,
            faces: boxes.map((box) => ({
              box,
              identityDistance: distance(thumbnail(image, 16, name, box), thumbnail(changed, 16, name, box)),
            })),
            recoverable: false,
            device: runtime.device,
            durationMs: elapsed(),
          };
        },
        async recover(_image, options) {
          life.begin(options.signal);
          throw new VerilensError('UNSUPPORTED', 'blocks cannot be turned back', { place: name });
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

async function facesIn(image: Image, stage: FaceStage, signal?: AbortSignal): Promise<readonly Box[]> {
  const boxes: Box[] = [];
  for await (const clip of stage.clips(oneFrame(image), { frames: 1, size: 64 }, { signal })) boxes.push(clip.boxes[0]!);
  return boxes;
}

async function* oneFrame(image: Image): AsyncGenerator<VideoFrame> {
  yield { image, timestampMs: 0, index: 0 };
}

function pixelate(data: Uint8ClampedArray, { width, height }: Image, box: Box, random: () => number): void {
  const left = Math.max(0, Math.floor(box.x));
  const top = Math.max(0, Math.floor(box.y));
  const right = Math.min(width, Math.ceil(box.x + box.width));
  const bottom = Math.min(height, Math.ceil(box.y + box.height));
  const edge = (from: number, to: number, i: number): number => from + Math.round(((to - from) * i) / blocks);
  for (let row = 0; row < blocks; row++) {
    for (let column = 0; column < blocks; column++) {
      const pixels: number[] = [];
      for (let y = edge(top, bottom, row); y < edge(top, bottom, row + 1); y++)
        for (let x = edge(left, right, column); x < edge(left, right, column + 1); x++) pixels.push((y * width + x) * 4);
      for (const channel of [0, 1, 2]) {
        const mean = pixels.reduce((sum, at) => sum + data[at + channel]!, 0) / Math.max(1, pixels.length);
        const level = mean + 24 * (random() - 0.5);
        for (const at of pixels) data[at + channel] = level;
      }
    }
  }
}

/** 0..1, decided by the bytes: FNV-1a, then a linear congruence. A toy, not cryptography. */
function generator(bytes: Uint8Array): () => number {
  let state = 0x811c9dc5;
  for (const byte of bytes) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Cosine distance of two thumbnails around their means, 0..2. */
function distance(a: Float32Array, b: Float32Array): number {
  const centred = (values: Float32Array): Float32Array => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [u, v] = [centred(a), centred(b)];
  const norm = Math.hypot(...u) * Math.hypot(...v);
  return norm < 1e-9 ? 0 : Math.min(2, Math.max(0, 1 - u.reduce((sum, value, i) => sum + value * v[i]!, 0) / norm));
}
