import type { DetectionStatus, EvidenceOptions, Image } from '@verilens/core';
import { createRandom, postProcess, type Photo, type PostProcessing } from '@verilens/data';
import type { Figures } from '@verilens/metrics';
import { imagesOf, openSuperResolution, planesOf } from '@verilens/generative';
import { resizeArea } from '@verilens/vision';
import { loadNetwork } from './network.ts';
import { cut } from './pieces.ts';
import { shippedModel } from './shipped.ts';
import { installedEsrgan } from './super-resolved.ts';
import { verdictOf } from './verdict.ts';

/** A whole picture judged by the shipped weights. */
export interface JudgedPicture {
  readonly photo: string;
  readonly history: string;
  readonly expected: DetectionStatus;
  readonly status: DetectionStatus;
  readonly figures: Figures;
}

/** Side of the pieces that stand for whole pictures. */
const SIDE = 256;

const HISTORIES: readonly { readonly name: string; readonly steps: readonly PostProcessing[] }[] = [
  { name: 'as it is', steps: [] },
  { name: 'JPEG 75', steps: [{ kind: 'jpeg', quality: 75 }] },
  { name: 'blur 1', steps: [{ kind: 'blur', sigma: 1 }] },
];

/** Middles of photographs nobody trained or calibrated on, and the same halved and enlarged by the network; both with each history. */
export async function judgedPictures(photos: readonly Photo[], { runtime, signal }: EvidenceOptions): Promise<JudgedPicture[]> {
  const { source, card } = shippedModel();
  const network = await loadNetwork(runtime, source, card, signal);
  await using enlarger = await openSuperResolution(await installedEsrgan(), runtime, { size: SIDE / 2, scale: 2, signal });
  const judged: JudgedPicture[] = [];
  try {
    for (const { name, image } of photos) {
      const middle = cut(image, (image.width - SIDE) >> 1, (image.height - SIDE) >> 1, SIDE, SIDE);
      const twin = imagesOf(await enlarger.enlarge(planesOf(rgbOf(resizeArea(middle, SIDE / 2, SIDE / 2)), SIDE / 2), { signal }))[0]!;
      for (const [kind, picture, expected] of [
        ['real', middle, 'AUTHENTIC'],
        ['super-resolved', twin, 'MANIPULATED'],
      ] as const) {
        for (const history of HISTORIES) {
          const seen = await postProcess(picture, history.steps, createRandom(`f2c/pictures/${name}`));
          const { status, score } = verdictOf(await network.scan(seen, 4096, signal), card.calibration!, seen);
          judged.push({ photo: name, history: `${kind}, ${history.name}`, expected, status, figures: { [name]: score ?? NaN } });
        }
      }
    }
    return judged;
  } finally {
    await network.dispose();
  }
}

function rgbOf({ data, width, height }: Image): { width: number; height: number; channels: 3; pixels: Uint8Array } {
  const pixels = new Uint8Array(width * height * 3);
  for (let k = 0; k < width * height; k++) for (let c = 0; c < 3; c++) pixels[k * 3 + c] = data[k * 4 + c]!;
  return { width, height, channels: 3, pixels };
}
