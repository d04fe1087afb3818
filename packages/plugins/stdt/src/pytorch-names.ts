import { VerilensError } from '@verilens/core';
import { namedParams, type Parameters } from '@verilens/nn';
import type { StdtConfig } from './config.ts';
import { stdtNetwork } from './model.ts';

/**
 * Names a Vision Transformer's tensors carry in PyTorch checkpoints of the usual layout (`blocks.0.attn.qkv.weight`),
 * by our names. Linear weights are stored [out, in] there and [in, out] here.
 */
function timmName(name: string): string {
  return name
    .replace(/^project\./, 'patch_embed.proj.')
    .replace(/^classToken$/, 'cls_token')
    .replace(/^places$/, 'pos_embed')
    .replace(/\.attention\.out\./, '.attn.proj.')
    .replace(/\.attention\./, '.attn.')
    .replace(/\.mlp\.up\./, '.mlp.fc1.')
    .replace(/\.mlp\.down\./, '.mlp.fc2.');
}

/**
 * Parameters of a `rank`-position network (the `paper` preset) from tensors in PyTorch naming and layout, as
 * `readSafetensors(bytes).tensors` gives them. The convolution of a patch embedding [D, 3, p, p] becomes the linear
 * projection of a patch, channel by channel.
 *
 * @throws VerilensError BAD_MODEL naming the tensor that is missing or of another shape
 */
export function fromPyTorchNames(
  config: StdtConfig,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>,
): Parameters {
  const found = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, { shape }] of namedParams(stdtNetwork(config))) {
    const theirs = timmName(name);
    const tensor = tensors.get(theirs);
    const size = shape.reduce((product, n) => product * n, 1);
    const matrix = shape.length === 2;
    const rows = matrix ? shape[1]! : size;
    if (tensor === undefined || tensor.data.length !== size || (matrix && tensor.shape[0] !== rows)) {
      throw new VerilensError('BAD_MODEL', `tensor "${theirs}" ${tensor === undefined ? 'is missing' : 'has another shape'}`, {
        place: 'plugin stdt',
        expected: matrix ? `[${rows}, ${shape[0]}]` : `[${shape.join(', ')}]`,
        got: tensor === undefined ? 'nothing' : `[${tensor.shape.join(', ')}]`,
      });
    }
    found.set(name, { shape, data: matrix ? transposed(tensor.data, rows, shape[0]!) : Float32Array.from(tensor.data) });
  }
  return found;
}

/** [rows, columns] -> [columns, rows] */
function transposed(data: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
