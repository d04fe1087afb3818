import type { Image, Plugin, Synthesizer } from '@verilens/core';
import { lifecycle, VerilensError } from '@verilens/core';

const name = 'template-name';
const side = 64;

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it makes colour waves: pictures of nothing, equal for equal seeds and prompts.
 */
export function templateName(): Plugin<'synthesizer'> {
  return {
    name,
    role: 'synthesizer',
    apiVersion: 1,
    async create({ runtime }): Promise<Synthesizer> {
      const life = lifecycle(name);
      return {
        name,
        labels: [],
        async warmup() {
          life.begin();
        },
        async synthesize(request, options = {}) {
          const elapsed = life.begin(options.signal);
          const { label, prompt, reference, count = 1, seed = 0 } = request;
          if (label !== undefined)
            throw new VerilensError('UNKNOWN_NAME', `no label is called "${label}"`, {
              place: name,
              expected: 'no label: this method takes none',
            });
          if (reference !== undefined) throw new VerilensError('UNSUPPORTED', 'this method takes no reference picture', { place: name });
          if (!Number.isInteger(count) || count < 1)
            throw new VerilensError('BAD_OPTION', 'count is not usable', {
              place: name,
              expected: 'a whole number of at least 1',
              got: String(count),
            });
          const random = generator(seed ^ hash(prompt ?? ''));
          const images: Image[] = [];
          for (let i = 0; i < count; i++) {
            life.begin(options.signal);
            images.push(waves(random));
            options.onProgress?.((i + 1) / count);
          }
          return { images, seed, device: runtime.device, durationMs: elapsed() };
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

function waves(random: () => number): Image {
  const data = new Uint8ClampedArray(side * side * 4);
  const parts = Array.from({ length: 9 }, () => ({ fx: random() * 0.4, fy: random() * 0.4, phase: random() * 6.283 }));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y * side + x) * 4;
      for (const channel of [0, 1, 2]) {
        const three = parts.slice(channel * 3, channel * 3 + 3);
        data[at + channel] = 128 + three.reduce((sum, { fx, fy, phase }) => sum + 40 * Math.sin(fx * x + fy * y + phase), 0);
      }
      data[at + 3] = 255;
    }
  }
  return { data, width: side, height: side };
}

/** FNV-1a of the characters. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);
  return state;
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
