import { type Image, VerilensError } from '@verilens/core';
import { resizeTo } from '@verilens/explain';
import { crop } from '@verilens/vision';

/** How a picture becomes what the network looks at. */
export interface ImagePreparation {
  /** Before the crop: a fixed size, or the length of the shorter side. Undefined: as it is. */
  readonly resize: { readonly width: number; readonly height: number } | { readonly shortest: number } | undefined;
  /** Cut from the middle. Undefined: the whole. */
  readonly crop: { readonly width: number; readonly height: number } | undefined;
  /** Pixels become (value / divide - mean) / std. */
  readonly divide: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * A `preprocessor_config.json` of an image classifier (ViT, DeiT, Swin, ConvNeXT, MobileNet, ResNet and the like), old spellings of the
 * fields included. @throws VerilensError BAD_MODEL naming the field that cannot be used
 */
export function readPreparation(json: Json, place: string): ImagePreparation {
  const sizes = { size: sizeOf(json['size'], 'size', place), crop: sizeOf(json['crop_size'], 'crop_size', place) };
  const resizes = json['do_resize'] !== false;
  const share = json['crop_pct'];
  let resize = resizes ? sizes.size : undefined;
  let cut = json['do_center_crop'] === true ? fixed(sizes.crop ?? sizes.size) : undefined;
  // ConvNeXT: the shorter side grows by 1 / crop_pct and the middle is cut out; large ones are squeezed
  if (resize !== undefined && 'shortest' in resize && typeof share === 'number' && share > 0 && share <= 1) {
    const side = resize.shortest;
    cut = side < 384 ? { width: side, height: side } : undefined;
    resize = side < 384 ? { shortest: Math.floor(side / share) } : { width: side, height: side };
  }
  const factor = json['do_rescale'] === false ? 1 : (json['rescale_factor'] ?? 1 / 255);
  if (!(typeof factor === 'number' && factor > 0 && Number.isFinite(factor)))
    throw bad('rescale_factor', 'a positive number', factor, place);
  const normal = json['do_normalize'] !== false;
  const mean = normal ? triple(json['image_mean'], 'image_mean', [0, 0, 0], place) : ([0, 0, 0] as const);
  const std = normal ? triple(json['image_std'], 'image_std', [1, 1, 1], place) : ([1, 1, 1] as const);
  if (!std.every((value) => value > 0)) throw bad('image_std', 'positive numbers', std, place);
  return { resize, crop: cut, divide: 1 / factor, mean, std };
}

/** What the network looks at, if the files fix it. */
export function preparedSize({ resize, crop: cut }: ImagePreparation): { readonly width: number; readonly height: number } | undefined {
  return cut ?? (resize !== undefined && 'width' in resize ? resize : undefined);
}

/**
 * The part of the picture that the network looks at, at its size, still as bytes. Shrinks by area means and grows bilinearly; the
 * filters named in the files (bicubic, Lanczos) are not copied.
 */
export function prepare(image: Image, { resize, crop: cut }: ImagePreparation): Image {
  let made = image;
  if (resize !== undefined) {
    const { width, height } = 'width' in resize ? resize : shorterTo(image, resize.shortest);
    made = resizeTo(image, width, height);
  }
  if (cut === undefined) return made;
  // a picture smaller than the cut is enlarged to hold it
  const scale = Math.max(1, cut.width / made.width, cut.height / made.height);
  if (scale > 1) made = resizeTo(made, Math.ceil(made.width * scale), Math.ceil(made.height * scale));
  const [x, y] = [Math.floor((made.width - cut.width) / 2), Math.floor((made.height - cut.height) / 2)];
  return crop(made, { x, y, width: cut.width, height: cut.height });
}

function shorterTo({ width, height }: Image, side: number): { readonly width: number; readonly height: number } {
  const scale = side / Math.min(width, height);
  // whole pixels of the longer side are cut off, as the hub's own libraries do
  return width < height ? { width: side, height: Math.floor(height * scale) } : { width: Math.floor(width * scale), height: side };
}

function sizeOf(value: unknown, field: string, place: string): ImagePreparation['resize'] {
  if (value === undefined || value === null) return undefined;
  if (isSide(value)) return field === 'size' ? { shortest: value } : { width: value, height: value };
  const { width, height, shortest_edge: shortest } = value as Json;
  if (isSide(width) && isSide(height)) return { width, height };
  if (isSide(shortest)) return { shortest };
  throw bad(field, 'pixels, { height, width } or { shortest_edge }', value, place);
}

function fixed(size: ImagePreparation['resize']): { readonly width: number; readonly height: number } | undefined {
  if (size === undefined) return undefined;
  return 'shortest' in size ? { width: size.shortest, height: size.shortest } : size;
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 4096;
}

function triple(
  value: unknown,
  field: string,
  otherwise: readonly [number, number, number],
  place: string,
): readonly [number, number, number] {
  if (value === undefined || value === null) return otherwise;
  const isThree = Array.isArray(value) && value.length === 3 && value.every((n) => typeof n === 'number' && Number.isFinite(n));
  if (isThree) return value as unknown as readonly [number, number, number];
  throw bad(field, 'three numbers', value, place);
}

function bad(field: string, expected: string, got: unknown, place: string): VerilensError {
  return new VerilensError('BAD_MODEL', `"${field}" cannot be used`, {
    place,
    expected,
    got: (JSON.stringify(got) ?? 'nothing').slice(0, 80),
  });
}
