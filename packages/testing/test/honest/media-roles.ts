import { type Image, type Moment, type Plugin, throwIfAborted, VerilensError } from '@verilens/core';
import { bad, checkImage, plugin, stream } from './base.ts';

/** Shuffles the pixels of the middle of the picture by a key; the same key puts them back. The middle stands for the face. */
export const shuffler: () => Plugin<'anonymizer'> = plugin('shuffler', 'anonymizer', (own) => {
  const boxOf = ({ width, height }: Image) => ({ x: width >> 2, y: height >> 2, width: width >> 1, height: height >> 1 });
  const shuffle = (image: Image, key: Uint8Array, back: boolean): Image => {
    checkImage(image, own.name);
    const box = boxOf(image);
    const places = Array.from(
      { length: box.width * box.height },
      (_, index) => ((box.y + Math.floor(index / box.width)) * image.width + box.x + (index % box.width)) * 4,
    );
    const order = places.map((_, index) => index);
    const draw = stream(key);
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(draw() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    const data = Uint8ClampedArray.from(image.data);
    for (const [index, from] of order.entries()) {
      const [target, source] = back ? [places[from]!, places[index]!] : [places[index]!, places[from]!];
      for (let channel = 0; channel < 4; channel++) data[target + channel] = image.data[source + channel]!;
    }
    return { ...image, data };
  };
  return {
    ...own,
    recoverable: true,
    anonymize: (image, options) =>
      own.work(options, () => ({
        image: shuffle(image, options?.key ?? Uint8Array.of(options?.seed ?? 0), false),
        faces: [{ box: boxOf(image), identityDistance: 1 }],
        recoverable: true,
      })),
    recover: (image, options) =>
      own.work(options, () => {
        if (options.key.length === 0) throw bad(own.name, 'a key of no bytes');
        const found = shuffle(image, options.key, true);
        // A picture is smooth, a shuffled one is not.
        const roughness = (picture: Image): number =>
          Array.from(picture.data).reduce((sum, value, index) => sum + (index < 4 ? 0 : Math.abs(value - picture.data[index - 4]!)), 0);
        return { image: found, confidence: roughness(found) < 0.9 * roughness(image) ? 1 : 0 };
      }),
  };
});

/** Stripes or noise, drawn by seed. */
export const patterns: () => Plugin<'synthesizer'> = plugin('patterns', 'synthesizer', (own) => ({
  ...own,
  labels: ['stripes', 'noise'],
  synthesize: ({ label = 'noise', count = 1, seed = 0 }, options) =>
    own.work(options, () => {
      if (label !== 'stripes' && label !== 'noise') throw new VerilensError('UNKNOWN_NAME', `no pattern "${label}"`, { place: own.name });
      if (!Number.isInteger(count) || count < 1)
        throw new VerilensError('BAD_OPTION', 'count is not usable', { place: own.name, got: String(count) });
      const draw = stream(Uint8Array.of(seed & 255, (seed >> 8) & 255, label.length));
      const images = Array.from({ length: count }, () => {
        const [phase, size] = [draw() * 8, 16];
        return {
          width: size,
          height: size,
          data: Uint8ClampedArray.from({ length: size * size * 4 }, (_, index) =>
            label === 'noise' ? draw() * 255 : 127 + 127 * Math.sin(((index >> 2) % size) + phase),
          ),
        };
      });
      return { images, seed };
    }),
}));

/** Finds the brightest or darkest stretch: the only two words it knows. */
export const lightGrounder: () => Plugin<'grounder'> = plugin('light-grounder', 'grounder', (own) => ({
  ...own,
  ground: (video, text, options) =>
    own.work(options, async () => {
      if (text.trim() === '') throw bad(own.name, 'the text is empty');
      const wanted = /bright|light/.test(text) ? 1 : /dark|night/.test(text) ? -1 : 0;
      let held: { startMs: number; endMs: number; light: number; frames: number } | undefined;
      const stretches: NonNullable<typeof held>[] = [];
      for await (const { image, timestampMs } of video) {
        throwIfAborted(options?.signal, own.name);
        let light = 0;
        for (let index = 0; index < image.data.length; index += 4) light += image.data[index]! / 255 / (image.data.length / 4);
        if (held === undefined || held.frames === 4)
          stretches.push((held = { startMs: timestampMs, endMs: timestampMs, light: 0, frames: 0 }));
        held.endMs = timestampMs;
        held.light += light;
        held.frames++;
      }
      if (stretches.length === 0) throw bad(own.name, 'the video has no frames');
      const moments = stretches.map(({ startMs, endMs, light, frames }): Moment => ({
        startMs,
        endMs,
        score: wanted > 0 ? light / frames : 1 - light / frames,
        boxes: [],
      }));
      return { text, moments: wanted === 0 ? [] : moments.sort((a, b) => b.score - a.score).slice(0, options?.top ?? 5) };
    }),
}));
