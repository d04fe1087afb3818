import { VerilensError, type Image } from '@verilens/core';
import { orient, type Orientation } from '@verilens/vision';
import { simdConverter, type SimdConverter } from './yuv-simd.ts';
import { yuvConverter, type YuvColour, type YuvPlanes } from './yuv.ts';

/** How the planes of each decoder format lie. Deeper or alpha formats go through the decoder's own conversion. */
const LAYOUTS: Record<string, { readonly shiftX: 0 | 1; readonly shiftY: 0 | 1; readonly interleaved: boolean }> = {
  I420: { shiftX: 1, shiftY: 1, interleaved: false },
  I420A: { shiftX: 1, shiftY: 1, interleaved: false },
  I422: { shiftX: 1, shiftY: 0, interleaved: false },
  I444: { shiftX: 0, shiftY: 0, interleaved: false },
  NV12: { shiftX: 1, shiftY: 1, interleaved: true },
};

const converters = new Map<string, ReturnType<typeof yuvConverter>>();

/** Converts decoded frames of one stream to upright RGBA. */
export interface FrameConverter {
  convert(frame: VideoFrame): Promise<Image>;
  /** Takes a picture back whose pixels nobody reads any more. */
  reuse(image: Image): void;
}

/** Buffers kept for later frames: more than a run of frames that is looked at together. */
const KEPT_BUFFERS = 32;

/** Keeps its scratch buffer, and those it is given back, between frames: new ones for each would keep the garbage collector busy. */
export function frameConverter(orientation: Orientation, place: string): FrameConverter {
  const spare: Uint8ClampedArray<ArrayBuffer>[] = [];
  const bufferOf = (length: number): Uint8ClampedArray<ArrayBuffer> => {
    const found = spare.pop();
    return found?.length === length ? found : new Uint8ClampedArray(length);
  };
  const reuse = ({ data }: Image): void => {
    if (spare.length < KEPT_BUFFERS) spare.push(data as Uint8ClampedArray<ArrayBuffer>);
  };
  let scratch: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let simd: SimdConverter | undefined;
  let simdColour: string | undefined;
  const convert = async (frame: VideoFrame): Promise<Image> => {
    const rect = frame.visibleRect;
    const width = rect?.width ?? frame.codedWidth;
    const height = rect?.height ?? frame.codedHeight;
    const layout = frame.format === null ? undefined : LAYOUTS[frame.format];
    const data = bufferOf(width * height * 4);
    try {
      if (layout === undefined) {
        await frame.copyTo(new Uint8Array(data.buffer), { format: 'RGBA' } as VideoFrameCopyToOptions);
      } else {
        const colour = colourOf(frame.colorSpace);
        const key = `${colour.matrix} ${colour.fullRange}`;
        if (key !== simdColour) {
          simd = simdConverter(colour);
          simdColour = key;
        }
        const size = frame.allocationSize();
        if (simd !== undefined) {
          const quarters = layout.shiftX === 1 && layout.shiftY === 1 && !layout.interleaved;
          const chromaSize = 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
          const input = simd.input(Math.max(size, width * height + (quarters ? chromaSize : 0)));
          const given = await frame.copyTo(input.subarray(0, size));
          const planes = quarters ? widenChroma(input, given, width, height) : given;
          simd.convert({ width, height, planes, ...layout }, data);
        } else {
          if (scratch.length !== size) scratch = new Uint8Array(size);
          const planes = await frame.copyTo(scratch);
          colourConverter(colour)({ data: scratch, width, height, planes, ...layout }, data);
        }
      }
    } catch (cause) {
      throw new VerilensError('UNSUPPORTED', 'the decoded frame cannot be converted to RGBA', {
        place,
        expected: `one of ${Object.keys(LAYOUTS).join(', ')} or a format the decoder converts`,
        got: String(frame.format),
        cause,
      });
    }
    if (orientation === 1) return { data, width, height };
    const upright = orient({ data, width, height }, orientation);
    spare.push(data);
    return upright;
  };
  return { convert, reuse };
}

/**
 * The Node decoder leaves out the last chroma column and row of pictures with odd sides:
 * the planes are laid out anew with their last values repeated.
 */
function widenChroma(data: Uint8Array, planes: YuvPlanes['planes'], width: number, height: number): YuvPlanes['planes'] {
  const columns = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const [luma, cb, cr] = planes;
  const given = { columns: cb!.stride, rows: Math.floor((cr!.offset - cb!.offset) / cb!.stride) };
  if ((given.columns >= columns && given.rows >= rows) || given.columns === 0 || given.rows === 0) return planes;
  const old = [cb!, cr!].map(({ offset }) => data.slice(offset, offset + given.columns * given.rows));
  const start = width * height;
  return [
    luma!,
    ...old.map((plane, k) => {
      const offset = start + k * columns * rows;
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++)
          data[offset + y * columns + x] = plane[Math.min(y, given.rows - 1) * given.columns + Math.min(x, given.columns - 1)]!;
      }
      return { offset, stride: columns };
    }),
  ];
}

function colourConverter(colour: YuvColour): ReturnType<typeof yuvConverter> {
  const key = `${colour.matrix} ${colour.fullRange}`;
  let converter = converters.get(key);
  if (converter === undefined) converters.set(key, (converter = yuvConverter(colour)));
  return converter;
}

/** Files that do not say are taken as BT.601 limited range, as ffmpeg and the usual players of small videos do. */
function colourOf(space: VideoColorSpace | undefined): YuvColour {
  const matrix = space?.matrix as string | null | undefined;
  return {
    matrix: matrix === 'bt709' ? 'bt709' : matrix === 'bt2020-ncl' ? 'bt2020' : 'bt601',
    fullRange: space?.fullRange === true,
  };
}
