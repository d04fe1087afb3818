import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  conv2dModule,
  exportInference,
  float32,
  globalAveragePool,
  linear,
  namedParams,
  random,
  relu,
  sequential,
  type Sym,
} from '@verilens/nn';
import { onTestFinished } from 'vitest';

export const SIDE = 24;
export const LABELS = ['red thing', 'green thing', 'blue thing'];

/** A network whose logits are the mean red, green and blue of what it sees, from seeded weights and by hand at the end. */
export function hubModel(options: { readonly broken?: boolean } = {}): Uint8Array {
  const mix = conv2dModule(3, 3, 1);
  const net = sequential(mix, (x: Sym) => relu(x), globalAveragePool, linear(3, 3));
  const params = new Map(
    [...namedParams(net)].map(([name, spec]) => {
      const data = spec.init(spec.shape, random(1, name)).slice();
      // near the identity, so that the colours stay apart
      if (data.length === 9) for (let i = 0; i < 9; i++) data[i] = (i % 4 === 0 ? 4 : 0) + 0.05 * data[i]!;
      if (options.broken === true && name.endsWith('bias')) data.fill(NaN);
      return [name, { shape: spec.shape, data }];
    }),
  );
  return exportInference({
    module: net,
    params,
    inputs: { pixel_values: float32(['batch', 3, SIDE, SIDE]) },
    forward: (p, { pixel_values: pixels }) => ({ logits: net.apply(p, pixels!) }),
    target: 'native',
  });
}

export const CONFIG: Readonly<Record<string, unknown>> = {
  model_type: 'vit',
  architectures: ['ViTForImageClassification'],
  id2label: Object.fromEntries(LABELS.map((label, id) => [String(id), label])),
};
export const PREPROCESSOR: Readonly<Record<string, unknown>> = {
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: SIDE, width: SIDE },
  resample: 2,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.4, 0.3],
  image_std: [0.5, 0.25, 0.5],
};

/** A folder as the hub lays it out; taken away when the test ends. */
export async function hubFolder(
  files: { readonly config?: unknown; readonly preprocessor?: unknown; readonly model?: Uint8Array } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verilens-hub-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeHubFolder(folder, files);
  return folder;
}

export async function writeHubFolder(
  folder: string,
  files: { readonly config?: unknown; readonly preprocessor?: unknown; readonly model?: Uint8Array } = {},
): Promise<void> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'config.json'), text(files.config ?? CONFIG));
  await writeFile(join(folder, 'preprocessor_config.json'), text(files.preprocessor ?? PREPROCESSOR));
  await writeFile(join(folder, 'onnx/model.onnx'), files.model ?? hubModel());
}
