import type { Face, Image, Point } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import type { FaceFinder } from '../src/index.ts';
import { createLooks } from '../src/looks.ts';

const picture = (mark: number): Image => ({ width: 1, height: 1, data: Uint8ClampedArray.of(mark, 0, 0, 255) });

function faceAt(x: number, size = 40): Face {
  const point: Point = [x, 10];
  return { box: { x, y: 0, width: size, height: size }, score: 0.9, keypoints: [point, point, point, point, point, point] };
}

/** A finder that notes what it was asked; follows all but the faces at x = `lost` in the picture with that mark. */
function noting(found: readonly Face[], lost?: { mark: number; x: number }): { finder: FaceFinder; log: string[] } {
  const log: string[] = [];
  const finder: FaceFinder = {
    model: 'back',
    async find({ data }) {
      log.push(`find ${data[0]}`);
      return [...found];
    },
    async follow({ data }, faces) {
      log.push(`follow ${data[0]}`);
      return faces.map((face) => (data[0] === lost?.mark && face.box.x === lost?.x ? undefined : face));
    },
    examine: () => Promise.reject(new Error('not used')),
    dispose: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { finder, log };
}

const AT = [0, 2, 5, 7];

describe('looks at a burst', () => {
  it('searches one frame whole and follows in all, as frames come', async () => {
    const { finder, log } = noting([faceAt(10), faceAt(100)]);
    const looks = createLooks(finder, AT, {});
    for (let place = 0; place < 8; place++) looks.see(place, picture(place));
    const chains = await looks.chains();
    expect(log.filter((entry) => entry.startsWith('find'))).toEqual(['find 2']);
    expect(log.filter((entry) => entry.startsWith('follow')).toSorted()).toEqual(['follow 0', 'follow 2', 'follow 5', 'follow 7']);
    expect(chains.map(({ frames }) => frames)).toEqual([AT, AT]);
  });

  it('leaves out a frame in which a face was not seen again', async () => {
    const { finder } = noting([faceAt(10), faceAt(100)], { mark: 5, x: 100 });
    const looks = createLooks(finder, AT, {});
    for (let place = 0; place < 8; place++) looks.see(place, picture(place));
    expect((await looks.chains()).map(({ frames }) => frames)).toEqual([AT, [0, 2, 7]]);
  });

  it('follows the largest faces only', async () => {
    const { finder } = noting([faceAt(10, 20), faceAt(100, 80), faceAt(300, 60)]);
    const looks = createLooks(finder, AT, { maxTracks: 2 });
    for (let place = 0; place < 8; place++) looks.see(place, picture(place));
    expect((await looks.chains()).map(({ faces }) => faces[0]!.box.x)).toEqual([100, 300]);
  });

  it('searches every frame whole where the finder cannot follow', async () => {
    const { finder, log } = noting([faceAt(10)]);
    const looks = createLooks({ ...finder, follow: undefined }, AT, {});
    for (let place = 0; place < 8; place++) looks.see(place, picture(place));
    expect((await looks.chains()).map(({ frames }) => frames)).toEqual([AT]);
    expect(log).toEqual(['find 0', 'find 2', 'find 5', 'find 7']);
  });

  it('passes on what the finder throws', async () => {
    const { finder } = noting([]);
    const looks = createLooks({ ...finder, find: () => Promise.reject(new Error('no model')) }, AT, {});
    for (let place = 0; place < 8; place++) looks.see(place, picture(place));
    await expect(looks.chains()).rejects.toThrow('no model');
  });
});
