/** Y, Cb, Cr planes as a decoder gives them. */
export interface YuvPlanes {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Start and bytes per row of each plane; for `interleaved` chroma the second plane holds Cb and Cr in turn. */
  readonly planes: readonly { readonly offset: number; readonly stride: number }[];
  /** log2 of how many luma columns and rows share a chroma sample: 1, 1 for 4:2:0. */
  readonly shiftX: 0 | 1;
  readonly shiftY: 0 | 1;
  readonly interleaved: boolean;
}

export interface YuvColour {
  readonly matrix: 'bt601' | 'bt709' | 'bt2020';
  /** 0..255 instead of 16..235. */
  readonly fullRange: boolean;
}

/** Weights of red and blue in luma: ITU-R BT.601, BT.709, BT.2020. */
const LUMA: Record<YuvColour['matrix'], readonly [red: number, blue: number]> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};

/** Fixed-point weights with 13 fractional bits; the biases hold the black level, the chroma centre and the half that rounds. */
export interface YuvCoefficients {
  readonly luma: number;
  readonly redOfCr: number;
  readonly greenOfCb: number;
  readonly greenOfCr: number;
  readonly blueOfCb: number;
  readonly redBias: number;
  readonly greenBias: number;
  readonly blueBias: number;
}

const SHIFT = 13;

export function yuvCoefficients({ matrix, fullRange }: YuvColour): YuvCoefficients {
  const [red, blue] = LUMA[matrix];
  const green = 1 - red - blue;
  const chromaScale = fullRange ? 1 : 255 / 224;
  const fixed = (value: number): number => Math.round(value * (1 << SHIFT));
  const luma = fixed(fullRange ? 1 : 255 / 219);
  const redOfCr = fixed(2 * (1 - red) * chromaScale);
  const blueOfCb = fixed(2 * (1 - blue) * chromaScale);
  const greenOfCb = fixed((-2 * blue * (1 - blue) * chromaScale) / green);
  const greenOfCr = fixed((-2 * red * (1 - red) * chromaScale) / green);
  const base = (1 << (SHIFT - 1)) - (fullRange ? 0 : 16) * luma;
  return {
    luma,
    redOfCr,
    greenOfCb,
    greenOfCr,
    blueOfCb,
    redBias: base - 128 * redOfCr,
    greenBias: base - 128 * (greenOfCb + greenOfCr),
    blueBias: base - 128 * blueOfCb,
  };
}

/**
 * A converter to RGBA for one colour description; its tables are made once. Own code, because the decoders' conversions
 * are 1 to 2 grey levels too dark (`@napi-rs/webcodecs`, fast path of swscale) and take every file for BT.601.
 * Chroma samples are repeated, not interpolated.
 */
export function yuvConverter(colour: YuvColour): (source: YuvPlanes, target: Uint8ClampedArray) => void {
  const c = yuvCoefficients(colour);
  // Values stay within -300..560 for every input: a table cuts them to 0..255 without branches.
  const LOW = 512;
  const cut = new Uint8Array(2048);
  for (let i = 0; i < cut.length; i++) cut[i] = Math.min(255, Math.max(0, i - LOW));
  const luma = new Int32Array(256);
  const redOfCr = new Int32Array(256);
  const greenOfCb = new Int32Array(256);
  const greenOfCr = new Int32Array(256);
  const blueOfCb = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    luma[i] = i * c.luma + (LOW << SHIFT);
    redOfCr[i] = i * c.redOfCr + c.redBias;
    greenOfCb[i] = i * c.greenOfCb + c.greenBias;
    greenOfCr[i] = i * c.greenOfCr;
    blueOfCb[i] = i * c.blueOfCb + c.blueBias;
  }

  return (source, target) => {
    const { data, width, height, planes, shiftX, shiftY, interleaved } = source;
    const [lumaPlane, cbPlane, crPlane] = planes;
    const step = interleaved ? 2 : 1;
    const out = new Uint32Array(target.buffer, target.byteOffset, width * height);
    let o = 0;
    for (let y = 0; y < height; y++) {
      let p = lumaPlane!.offset + y * lumaPlane!.stride;
      const row = y >> shiftY;
      let u = cbPlane!.offset + row * cbPlane!.stride;
      let v = interleaved ? u + 1 : crPlane!.offset + row * crPlane!.stride;
      if (shiftX === 1) {
        const pairs = width >> 1;
        for (let x = 0; x < pairs; x++, u += step, v += step, p += 2, o += 2) {
          const cb = data[u]!;
          const cr = data[v]!;
          const r = redOfCr[cr]!;
          const g = greenOfCb[cb]! + greenOfCr[cr]!;
          const b = blueOfCb[cb]!;
          const l0 = luma[data[p]!]!;
          const l1 = luma[data[p + 1]!]!;
          // little-endian words: A B G R from the top byte down
          out[o] = 0xff000000 | (cut[(l0 + b) >> SHIFT]! << 16) | (cut[(l0 + g) >> SHIFT]! << 8) | cut[(l0 + r) >> SHIFT]!;
          out[o + 1] = 0xff000000 | (cut[(l1 + b) >> SHIFT]! << 16) | (cut[(l1 + g) >> SHIFT]! << 8) | cut[(l1 + r) >> SHIFT]!;
        }
      }
      for (let x = shiftX === 1 ? width & ~1 : 0; x < width; x++, u += step, v += step, p++, o++) {
        const cb = data[u]!;
        const cr = data[v]!;
        const l = luma[data[p]!]!;
        out[o] =
          0xff000000 |
          (cut[(l + blueOfCb[cb]!) >> SHIFT]! << 16) |
          (cut[(l + greenOfCb[cb]! + greenOfCr[cr]!) >> SHIFT]! << 8) |
          cut[(l + redOfCr[cr]!) >> SHIFT]!;
      }
    }
  };
}
