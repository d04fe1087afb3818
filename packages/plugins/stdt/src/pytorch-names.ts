import { fromTorch, type Parameters } from '@verilens/nn';
import type { StdtConfig } from './config.ts';
import { stdtNetwork } from './model.ts';

/** Names a Vision Transformer's tensors carry in PyTorch checkpoints of the usual layout (`blocks.0.attn.qkv.weight`), by our names. */
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
  return fromTorch(stdtNetwork(config), tensors, { rename: timmName });
}
