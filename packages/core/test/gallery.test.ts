import { describe, expect, it } from 'vitest';
import { createGallery, decodeGallery } from '../src/gallery.ts';

const unit = (...values: number[]): Float32Array => {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
};
const picture = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255) };

async function filled(): Promise<Uint8Array> {
  const gallery = createGallery('m/1', 3);
  gallery.add('ann', [unit(1, 0, 0), unit(1, 1, 0)], picture);
  gallery.add('Bö', [unit(0, 0, 1)]);
  return gallery.encode();
}

describe('a gallery', () => {
  it('searches by the mean cosine, best first', () => {
    const gallery = createGallery('m/1', 3);
    expect(gallery.search(unit(1, 0, 0))).toEqual([]);
    expect(gallery.add('ann', [unit(1, 0, 0)])).toBe(1);
    expect(gallery.add('ann', [unit(0, 1, 0)])).toBe(2);
    gallery.add('bob', [unit(1, 0, 1)]);
    const found = gallery.search(unit(1, 0, 0));
    expect(found.map(({ identity }) => identity)).toEqual(['bob', 'ann']);
    expect(found[1]!.cosine).toBeCloseTo(0.5, 6);
    expect(gallery.forget('ann')).toBe(true);
    expect(gallery.forget('ann')).toBe(false);
    expect(gallery.enrolled).toEqual([{ identity: 'bob', samples: 1 }]);
  });

  it('is saved and read back as it was, pictures too', async () => {
    const bytes = await filled();
    const again = await decodeGallery(bytes, 'm/1', 3);
    expect(again.enrolled).toEqual([
      { identity: 'ann', samples: 2 },
      { identity: 'Bö', samples: 1 },
    ]);
    expect([...again.pictureOf('ann')!.data]).toEqual([...picture.data]);
    expect(again.pictureOf('Bö')).toBeUndefined();
    expect(await again.encode()).toEqual(bytes);
    // from a view that starts in the middle of a buffer
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect((await decodeGallery(shifted.subarray(3), 'm/1', 3)).enrolled.length).toBe(2);
  });

  it('notices every changed byte and every cut', async () => {
    const bytes = await filled();
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      await expect(decodeGallery(changed, 'm/1', 3)).rejects.toMatchObject({ code: expect.stringMatching(/BAD_INPUT|UNSUPPORTED/) });
      await expect(decodeGallery(bytes.subarray(0, at), 'm/1', 3)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });

  it('is refused by another model', async () => {
    await expect(decodeGallery(await filled(), 'm/2', 3)).rejects.toMatchObject({ code: 'BAD_INPUT', got: 'm/1, 3 numbers' });
    await expect(decodeGallery(await filled(), 'm/1', 4)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(decodeGallery(new TextEncoder().encode('<html>'), 'm/1', 3)).rejects.toThrow(/this is no gallery/);
  });

  it.each([
    { what: 'no name', identity: ' ', vectors: [unit(1, 0, 0)] },
    { what: 'no vector', identity: 'x', vectors: [] },
    { what: 'another length', identity: 'x', vectors: [unit(1, 0)] },
    { what: 'no unit', identity: 'x', vectors: [Float32Array.of(2, 0, 0)] },
    { what: 'NaN', identity: 'x', vectors: [Float32Array.of(NaN, 0, 0)] },
  ])('takes $what for a mistake, and stays as it was', ({ identity, vectors }) => {
    const gallery = createGallery('m/1', 3);
    expect(() => gallery.add(identity, vectors)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(gallery.enrolled).toEqual([]);
  });
});
