import { VerilensError } from '@verilens/core';
import { expect, it } from 'vitest';
import { parseImageModel, settleShape } from '../src/index.ts';

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof VerilensError ? `${error.code} ${error.message}` : String(error);
  }
};

it('reads a description, alone or in a card', () => {
  const image = { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2], labels: ['a', 'b'], activation: 'softmax' };
  expect(parseImageModel(image, 'x.json')).toEqual(image);
  expect(parseImageModel({ name: 'card', sha256: 'ab', image }, 'x.json')).toEqual(image);
});

it.each([
  [[], 'JSON object'],
  [{ mean: [0, 0] }, '"mean"'],
  [{ std: [1, 0, 1] }, '"std"'],
  [{ layout: 'chw' }, '"nchw" or "nhwc"'],
  [{ width: 0 }, '"width"'],
  [{ labels: [] }, '"labels"'],
  [{ colour: 'rgb' }, '"colour"'],
])('refuses %j', (json, says) => {
  expect(code(() => parseImageModel(json, 'x.json'))).toMatch(/^BAD_INPUT/);
  expect(code(() => parseImageModel(json, 'x.json'))).toContain(says);
});

const input = (shape: readonly (number | string)[], dtype = 'float32') => ({ name: 'x', dtype, shape });
const outputs = [{ name: 'y', dtype: 'float32', shape: ['N', 5] }];

it('settles what the file leaves open', () => {
  expect(settleShape({}, { inputs: [input([1, 3, 20, 30])], outputs }, 'm')).toMatchObject({
    layout: 'nchw',
    channels: 3,
    height: 20,
    width: 30,
    batch: 1,
    divide: 255,
  });
  expect(settleShape({ width: 30, height: 20 }, { inputs: [input(['N', 'h', 'w', 1])], outputs }, 'm')).toMatchObject({
    layout: 'nhwc',
    channels: 1,
    height: 20,
    width: 30,
    batch: undefined,
  });
});

it('says what is missing', () => {
  expect(code(() => settleShape({}, { inputs: [input(['N', 3, 'h', 'w'])], outputs }, 'm'))).toMatch(/BAD_OPTION.*width and height/);
  expect(code(() => settleShape({}, { inputs: [input([1, 7, 7, 7])], outputs }, 'm'))).toMatch(/BAD_MODEL.*no picture input/);
  expect(code(() => settleShape({}, { inputs: [input([1, 3, 7, 7], 'uint8')], outputs }, 'm'))).toMatch(/BAD_MODEL/);
  expect(code(() => settleShape({}, { inputs: [input([1, 3, 7, 7])], outputs: [...outputs, { ...outputs[0]!, name: 'z' }] }, 'm'))).toMatch(
    /BAD_OPTION.*one of y, z/,
  );
  expect(code(() => settleShape({}, { inputs: [input([1, 3, 7, 7]), input([1])], outputs }, 'm'))).toMatch(/UNSUPPORTED/);
});
