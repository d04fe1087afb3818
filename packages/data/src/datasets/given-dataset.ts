import { VerilensError } from '@verilens/core';
import type { Dataset } from './dataset.ts';

/** What a trainer was handed, as a dataset; undefined for nothing. @throws VerilensError BAD_INPUT for anything else */
export function givenDataset(data: unknown, place: string): Dataset | undefined {
  if (data === undefined || isDataset(data)) return data;
  throw new VerilensError('BAD_INPUT', 'not a dataset', { place, expected: 'a dataset of @verilens/data', got: typeof data });
}

function isDataset(data: unknown): data is Dataset {
  return typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items);
}
