import { expect, it } from 'vitest';
import { editDistance, nearestName } from '../src/nearest.ts';
import { createRegistry } from '../src/registry.ts';

it('lists what is registered and the nearest match for an unknown name', () => {
  const registry = createRegistry<number>('preset', 'stdt');
  expect(() => registry.get('small')).toThrow(/Nothing is registered yet/);
  registry.register('small', 1);
  registry.register('paper', 2);
  expect(() => registry.get('smal')).toThrow('[stdt] no preset is called "smal". Known: paper, small. Did you mean "small"?');
  expect(() => registry.get('xyz')).toThrow(/Known: paper, small\.$/);
  expect([...registry]).toEqual([
    ['small', 1],
    ['paper', 2],
  ]);
});

it('refuses a second thing of the same name, not the same thing again', () => {
  const registry = createRegistry<object>('plugin');
  const plugin = {};
  registry.register('a', plugin);
  registry.register('a', plugin);
  expect(registry.size).toBe(1);
  expect(() => registry.register('a', {})).toThrow(expect.objectContaining({ code: 'DUPLICATE_NAME' }));
  expect(() => registry.register('', {})).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});

it.each([
  ['stdt', 'stdt', 0],
  ['sdtt', 'stdt', 1],
  ['STDT', 'stdt', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['detect', 'detector', 2],
])('from %j to %j are %d edits', (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
});

it('suggests nothing far-fetched', () => {
  expect(nearestName('stdt', ['self-blended', 'freqnet'])).toBeUndefined();
  expect(nearestName('freqnt', ['self-blended', 'freqnet'])).toBe('freqnet');
});
