import { type Face, type Image, VerilensError } from '@verilens/core';
import { type FaceFinder, measureFace } from '@verilens/faces';
import { intersectionArea, boxArea } from '@verilens/vision';

/** A face that can be embedded. */
export interface SeenFace {
  readonly face: Face;
  readonly eyeDistancePx: number;
}

export interface Seen {
  /** Largest first. */
  readonly faces: readonly SeenFace[];
  readonly rejected: readonly { readonly face: Face; readonly reason: string }[];
}

/** Border added around a picture that a face fills, as a share of its sides. */
const BORDER = 0.5;

/**
 * Everyone in a picture, each once. A face that fills its picture is answered by the finder with several boxes of other
 * sizes; such pictures (most data sets of cut faces) are looked at again with a grey border, where it finds one.
 */
export async function lookForFaces(image: Image, finder: FaceFinder, minEyeDistancePx: number, signal?: AbortSignal): Promise<Seen> {
  let found = await finder.find(image, { signal });
  if (fillsPicture(found, image)) {
    const [dx, dy] = [Math.round(image.width * BORDER), Math.round(image.height * BORDER)];
    const again = await finder.find(bordered(image, dx, dy), { signal });
    if (again.length > 0) found = again.map((face) => moved(face, -dx, -dy));
  }
  const faces: SeenFace[] = [];
  const rejected: { face: Face; reason: string }[] = [];
  for (const face of onceEach(found)) {
    const { eyeDistance } = measureFace(face.keypoints);
    // A turned head's eyes are near each other in a large face: the mouth's distance stands in.
    const size = Math.max(eyeDistance, 0.78 * measureFace(face.keypoints).eyeMouthDistance);
    if (size < minEyeDistancePx) {
      rejected.push({ face, reason: `too small: ${Math.round(size)} pixels between the eyes, at least ${minEyeDistancePx} are needed` });
    } else faces.push({ face, eyeDistancePx: size });
  }
  faces.sort((a, b) => boxArea(b.face.box) - boxArea(a.face.box));
  return { faces, rejected };
}

/** The one face of a picture. @throws VerilensError BAD_INPUT for none, several or one too small */
export function onlyFace({ faces, rejected }: Seen, place: string): SeenFace {
  if (faces.length === 1) return faces[0]!;
  if (faces.length > 1) {
    throw new VerilensError('BAD_INPUT', `there are ${faces.length} faces in the picture`, {
      place,
      expected: 'one face',
      got: faces.map(({ face: { box } }) => `${Math.round(box.width)} px at ${Math.round(box.x)}, ${Math.round(box.y)}`).join('; '),
      remedy: 'Crop the picture to the person meant, or use embedAll.',
    });
  }
  const [first] = rejected;
  throw new VerilensError('BAD_INPUT', first === undefined ? 'there is no face in the picture' : `the face is ${first.reason}`, {
    place,
    expected: first === undefined ? 'one face, seen from the front or nearly so' : 'one face large enough',
    remedy: first === undefined ? 'Is the face large enough, upright and not hidden?' : 'Use a picture of higher resolution.',
  });
}

function fillsPicture(faces: readonly Face[], image: Image): boolean {
  const largest = Math.max(0, ...faces.map(({ box }) => box.width / Math.min(image.width, image.height)));
  const sticksOut = faces.some(({ box }) => box.y < 0 || box.x < 0 || box.x + box.width > image.width || box.y + box.height > image.height);
  return largest > 0.5 && (faces.length > 1 || sticksOut);
}

/** Of two answers, one half inside the other, the surer one. `faces` best first. */
function onceEach(faces: readonly Face[]): readonly Face[] {
  const kept: Face[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    const share = (other: Face): number => intersectionArea(face.box, other.box) / Math.min(boxArea(face.box), boxArea(other.box));
    if (!kept.some((other) => share(other) > 0.5)) kept.push(face);
  }
  return kept;
}

function bordered(image: Image, dx: number, dy: number): Image {
  const width = image.width + 2 * dx;
  const height = image.height + 2 * dy;
  const data = new Uint8ClampedArray(width * height * 4).fill(128);
  for (let pixel = 3; pixel < data.length; pixel += 4) data[pixel] = 255;
  for (let y = 0; y < image.height; y++) {
    data.set(image.data.subarray(y * image.width * 4, (y + 1) * image.width * 4), ((y + dy) * width + dx) * 4);
  }
  return { data, width, height };
}

function moved(face: Face, dx: number, dy: number): Face {
  const { box, keypoints } = face;
  return {
    ...face,
    box: { ...box, x: box.x + dx, y: box.y + dy },
    keypoints: keypoints.map(([x, y]) => [x + dx, y + dy]) as unknown as Face['keypoints'],
  };
}
