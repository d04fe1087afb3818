import { xavierUniform } from '../initialisers.ts';
import { module, type Module } from '../module.ts';
import { dense } from '../ops/linear-algebra.ts';
import { reshape, split, transpose } from '../ops/shape.ts';
import { isTraining } from '../state-updates.ts';
import { sizeOf, type Sym } from '../sym.ts';
import { linear, type LinearParams } from './basic.ts';

/** x [B, T, width] -> [B, heads, T, width / heads]. */
export function splitHeads(x: Sym, heads: number): Sym {
  const [batch, length, width] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** The reverse of `splitHeads`. */
export function joinHeads(x: Sym): Sym {
  const [batch, heads, length, each] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * each]);
}

/** Results of more elements than this are not cut while training: the weights are, which costs more nodes. */
const LARGE = 2 ** 18;

/**
 * `count` linear maps of one x [B, T, in], whose weights [in, count * width] lie side by side, by heads: `count` times
 * [B, heads, T, width / heads].
 */
export function linearHeads(inputs: number, width: number, count: number, heads: number): Module<LinearParams, [x: Sym], readonly Sym[]> {
  const { params } = linear(inputs, count * width, { init: xavierUniform() });
  return module('linear', params, (p, x: Sym) => {
    const bias = p.bias as Sym;
    const [batch, length] = x.shape as [number, number];
    const size = (sizeOf(x.shape) / inputs) * count * width;
    if (isTraining() && size <= LARGE) {
      // one turn puts the parts one behind the other, so that cutting them, and joining their gradients, moves whole blocks;
      // without the reshape ONNX Runtime would cut first and turn each part
      const each = width / heads;
      const turned = transpose(reshape(dense(x, p.weight, bias), [batch, length, count, heads, each]), [2, 0, 3, 1, 4]);
      return split(reshape(turned, [count * batch, heads, length, each]), count, 0);
    }
    // weights that are stored can be cut beforehand, and large results are dear to cut
    const biases = split(bias, count, 0);
    return split(p.weight, count, 1).map((weight, i) => splitHeads(dense(x, weight, biases[i]), heads));
  });
}
