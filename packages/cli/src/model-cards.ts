import type { ModelCard } from '@verilens/core';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The model cards a plugin ships: the JSON files of its `models` folder that are cards. */
export async function readCards(folder: string): Promise<ModelCard[]> {
  const names = await readdir(join(folder, 'models')).catch(() => []);
  const cards: ModelCard[] = [];
  for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
    const value: unknown = await readFile(join(folder, 'models', name), 'utf8')
      .then(JSON.parse)
      .catch(() => undefined);
    if (isCard(value)) cards.push(value);
  }
  return cards;
}

function isCard(value: unknown): value is ModelCard {
  if (typeof value !== 'object' || value === null) return false;
  const card = value as Partial<Record<keyof ModelCard, unknown>>;
  return (
    typeof card.name === 'string' &&
    typeof card.sha256 === 'string' &&
    typeof card.version === 'string' &&
    typeof card.licence === 'string' &&
    Array.isArray(card.notes)
  );
}
