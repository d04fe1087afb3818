import { Tensor, type TensorMap } from '../tensor.ts';
import { bytesField, numberField } from './wire.ts';

const FLOAT = 1;

function valueInfo(name: string, dims: readonly number[]): number[] {
  const shape = dims.flatMap((dim) => bytesField(1, numberField(1, dim)));
  const tensorType = [...numberField(1, FLOAT), ...bytesField(2, shape)];
  return [...bytesField(1, name), ...bytesField(2, bytesField(1, tensorType))];
}

/** An ONNX file of one MatMul: `a` [2,3] by `b` [3,2] into `y` [2,2], all float32, opset 17. */
export function probeModel(): Uint8Array {
  const node = [...bytesField(1, 'a'), ...bytesField(1, 'b'), ...bytesField(2, 'y'), ...bytesField(4, 'MatMul')];
  const graph = [
    ...bytesField(1, node),
    ...bytesField(2, 'probe'),
    ...bytesField(11, valueInfo('a', [2, 3])),
    ...bytesField(11, valueInfo('b', [3, 2])),
    ...bytesField(12, valueInfo('y', [2, 2])),
  ];
  return Uint8Array.from([...numberField(1, 8), ...bytesField(7, graph), ...bytesField(8, numberField(2, 17))]);
}

/** What the probe model is given. */
export function probeFeeds(): TensorMap {
  return {
    a: new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
    b: new Tensor('float32', Float32Array.of(0.5, -1, 2, 0.25, -3, 1.5), [3, 2]),
  };
}

/** What it must answer: small numbers whose products float32 holds exactly. */
export const PROBE_ANSWER: readonly number[] = [-4.5, 4, -6, 6.25];

/** Compares an answer with the right one; half precision inside a device is let pass. */
export function isRightAnswer(numbers: readonly number[]): boolean {
  return (
    numbers.length === PROBE_ANSWER.length && numbers.every((value, index) => Math.abs(value - (PROBE_ANSWER[index] as number)) <= 1e-2)
  );
}
