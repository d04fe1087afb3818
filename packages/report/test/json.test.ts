import { expect, it } from 'vitest';
import { jsonItem } from '../src/index.ts';
import { result } from './fixtures.ts';

it('keeps every figure and leaves the pixels out', () => {
  const item = jsonItem({ name: 'a.mp4', result: result() });
  const text = JSON.parse(JSON.stringify(item));
  expect(text).toMatchObject({
    name: 'a.mp4',
    status: 'MANIPULATED',
    score: 0.93,
    threshold: 0.7,
    device: 'cpu',
    evidence: [{ rows: 4, columns: 4, method: 'occlusion' }],
  });
  expect(text.evidence[0].values[9]).toBe(0.4);
  expect(text.evidence[0].crop).toBeUndefined();
  expect(text.models).toHaveLength(2);
});

it('gives a failure its code and remedy', () => {
  expect(jsonItem({ name: 'b', failure: { code: 'NOT_FOUND', message: 'gone', remedy: 'look' } })).toEqual({
    name: 'b',
    error: { code: 'NOT_FOUND', message: 'gone', remedy: 'look' },
  });
});
