import { expect, it } from 'vitest';
import { checkObjective, isLinear, objectiveName, objectiveSlope, objectiveValue, VerilensError } from '../src/index.ts';

const model = { name: 'pets', outputs: ['cat', 'dog', 'fish'] };
const scores = [0.5, 0.2, -1];

it('reads a class by number and by name, alone and against another', () => {
  expect(objectiveValue({ class: 1 }, model, scores)).toBe(0.2);
  expect(objectiveValue({ score: 'fish' }, model, scores)).toBe(-1);
  expect(objectiveValue({ class: 0, against: 2 }, model, scores)).toBe(1.5);
  expect([...objectiveSlope({ score: 'cat', against: 'fish' }, model, [])]).toEqual([1, 0, -1]);
  expect(objectiveName({ class: 0, against: 1 }, model)).toBe('cat rather than dog');
  expect([isLinear({ class: 0 }), isLinear({ name: 'f', value: () => 0 })]).toEqual([true, false]);
});

it('reads a function, its slope given or measured', () => {
  const value = (s: ArrayLike<number>): number => s[0]! * s[1]! + Math.exp(s[2]!);
  const measured = objectiveSlope({ name: 'f', value }, model, Float32Array.from(scores));
  const exact = [0.2, 0.5, Math.exp(-1)];
  measured.forEach((slope, k) => expect(slope).toBeCloseTo(exact[k]!, 6));
  expect([...objectiveSlope({ name: 'f', value, slope: () => [1, 2, 3] }, model, scores)]).toEqual([1, 2, 3]);
  expect(objectiveName({ name: 'f', value }, model)).toBe('f');
});

it('lists what there is for what there is not, and refuses NaN', () => {
  const says = (objective: Parameters<typeof checkObjective>[0]): string => {
    try {
      checkObjective(objective, model);
    } catch (error) {
      return error instanceof VerilensError ? `${error.code} ${error.message}` : String(error);
    }
    return '';
  };
  expect(says({ class: 3 })).toMatch(/UNKNOWN_NAME.*0 to 2.*0 "cat", 1 "dog", 2 "fish"/);
  expect(says({ score: 'cart' })).toMatch(/UNKNOWN_NAME.*Did you mean "cat"/);
  expect(says({ class: 0, against: -1 })).toMatch(/no class -1/);
  expect(() => objectiveValue({ name: 'root', value: (s) => Math.sqrt(s[2]!) }, model, scores)).toThrow(/"root" is not finite/);
});
