import { describe, expect, it } from 'vitest';
import { drawSessions, fewShotProtocols, sessionsFromLists } from '../../src/datasets/sessions.ts';

const labels = Array.from({ length: 600 }, (_, index) => index % 100);

describe('drawSessions', () => {
  it('draws the usual protocol: all of the base, a few of each new class', () => {
    const sessions = drawSessions(labels, fewShotProtocols.cifar100, { seed: 0 });
    expect(sessions.map(({ classes }) => classes.length)).toEqual([60, 5, 5, 5, 5, 5, 5, 5, 5]);
    expect(sessions.map(({ items }) => items.length)).toEqual([360, ...Array.from({ length: 8 }, () => 25)]);
    expect(sessions.flatMap(({ classes }) => classes)).toEqual(Array.from({ length: 100 }, (_, label) => label));
    for (const { classes, items } of sessions) {
      expect(new Set(items).size).toBe(items.length);
      expect(items.every((item) => classes.includes(labels[item]!))).toBe(true);
    }
  });

  it('is the same for the same seed, another for another', () => {
    const protocol = { base: 2, ways: 2, shots: 3, sessions: 3 };
    expect(drawSessions(labels, protocol, { seed: 1 })).toEqual(drawSessions(labels, protocol, { seed: 1 }));
    expect(drawSessions(labels, protocol, { seed: 1 })[1]!.items).not.toEqual(drawSessions(labels, protocol, { seed: 2 })[1]!.items);
    const shuffled = drawSessions(labels, protocol, { seed: 1, shuffleClasses: true });
    expect(shuffled[0]!.classes).not.toEqual([0, 1]);
    expect(new Set(shuffled.flatMap(({ classes }) => classes)).size).toBe(8);
  });

  it.each([
    { what: 'too few classes', protocol: { base: 99, ways: 2, shots: 1, sessions: 1 }, code: 'BAD_INPUT' },
    { what: 'too few pictures', protocol: { base: 1, ways: 1, shots: 7, sessions: 1 }, code: 'BAD_INPUT' },
    { what: 'no ways', protocol: { base: 1, ways: 0, shots: 1, sessions: 1 }, code: 'BAD_OPTION' },
    { what: 'half a shot', protocol: { base: 1, ways: 1, shots: 0.5, sessions: 1 }, code: 'BAD_OPTION' },
  ])('refuses $what', ({ protocol, code }) => {
    expect(() => drawSessions(labels, protocol, { seed: 0 })).toThrow(expect.objectContaining({ code }));
  });
});

describe('sessionsFromLists', () => {
  const items = [
    { id: 'images/a/1.jpg', label: 0 },
    { id: 'images/a/2.jpg', label: 0 },
    { id: 'images/b/3.jpg', label: 1 },
    { id: 'images/c/4.jpg', label: 2 },
  ];

  it('takes numbers and paths', () => {
    expect(sessionsFromLists(items, [['0', '1'], ['3']])).toEqual([
      { classes: [0], items: [0, 1] },
      { classes: [2], items: [3] },
    ]);
    expect(sessionsFromLists(items, [['CUB_200_2011/images/b/3.jpg', 'MINI/train/a/1.jpg']])[0]).toEqual({
      classes: [0, 1],
      items: [2, 0],
    });
  });

  it.each([
    { what: 'a number beyond the set', lists: [['4']], got: '4' },
    { what: 'a name that is not there', lists: [['x/9.jpg']], got: 'x/9.jpg' },
    { what: 'a class in two sessions', lists: [['0'], ['1']], got: 'label 0, also in session 0' },
  ])('refuses $what', ({ lists, got }) => {
    expect(() => sessionsFromLists(items, lists)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', got }));
  });
});
