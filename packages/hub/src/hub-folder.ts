import { type Runtime, VerilensError } from '@verilens/core';
import { type ImagePreparation, readPreparation } from './preparation.ts';

/** What the JSON files of a hub folder say about an image classifier. */
export interface HubClassifierFacts {
  /** In the order of the scores. */
  readonly labels: readonly string[];
  /** `softmax`: one label is right. `sigmoid`: several may be (`problem_type` multi_label_classification). */
  readonly activation: 'softmax' | 'sigmoid';
  /** e.g. `vit` */
  readonly kind: string;
  readonly preparation: ImagePreparation;
}

/** Where a file of the folder is. */
export function inFolder(folder: string | URL, file: string): string | URL {
  if (folder instanceof URL) return new URL(file, folder.href.endsWith('/') ? folder : `${folder.href}/`);
  return `${folder.replace(/[\\/]+$/, '')}/${file}`;
}

/** @throws VerilensError NOT_FOUND without the files, BAD_MODEL naming the field that cannot be used */
export async function readHubFolder(folder: string | URL, runtime: Runtime, signal?: AbortSignal): Promise<HubClassifierFacts> {
  const config = await readJson(inFolder(folder, 'config.json'), runtime, signal);
  const prepared = await readJson(inFolder(folder, 'preprocessor_config.json'), runtime, signal);
  const place = String(inFolder(folder, 'config.json'));
  const kind = typeof config['model_type'] === 'string' ? config['model_type'] : 'unknown';
  return {
    labels: labelsOf(config['id2label'], place),
    activation: config['problem_type'] === 'multi_label_classification' ? 'sigmoid' : 'softmax',
    kind,
    preparation: readPreparation(prepared, String(inFolder(folder, 'preprocessor_config.json'))),
  };
}

function labelsOf(value: unknown, place: string): readonly string[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const labels: string[] = [];
  for (const [id, label] of entries) if (typeof label === 'string') labels[Number(id)] = label;
  if (entries.length > 0 && labels.length === entries.length && !labels.includes(undefined as never)) return distinct(labels);
  throw new VerilensError('BAD_MODEL', 'the folder holds no image classifier', {
    place,
    expected: '"id2label" with a name for each class from 0 on',
    got: (JSON.stringify(value) ?? 'nothing').slice(0, 80),
    remedy: 'Take a model for image classification, exported with its config.json.',
  });
}

/** Two classes of one name (ImageNet has two cranes) get their numbers. */
function distinct(labels: readonly string[]): readonly string[] {
  return labels.map((label, id) => (labels.indexOf(label) === id && labels.lastIndexOf(label) === id ? label : `${label} (${id})`));
}

async function readJson(file: string | URL, runtime: Runtime, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder().decode(await runtime.read(file, { signal }));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new VerilensError('BAD_MODEL', 'not JSON', { place: String(file), got: text.slice(0, 40), cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  throw new VerilensError('BAD_MODEL', 'not a JSON object', { place: String(file), got: text.slice(0, 40) });
}
