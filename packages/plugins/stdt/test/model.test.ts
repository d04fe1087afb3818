import { bindParams, input, namedParams, readSafetensors, writeSafetensors } from '@verilens/nn';
import { describe, expect, it } from 'vitest';
import { bagLength, checkConfig, CONFIGS, type StdtConfig } from '../src/config.ts';
import { parameterCount, stdtNetwork } from '../src/model.ts';
import { fromPyTorchNames } from '../src/pytorch-names.ts';
import { patchLength } from '../src/traces.ts';

function logitsShape(config: StdtConfig, batch: number): readonly number[] {
  const network = stdtNetwork(config);
  const count = bagLength(config);
  const p = bindParams(network, (name, { shape }) => input(name, { shape, dtype: 'float32' }));
  const patches = input('patches', { shape: [batch, count, patchLength(config)], dtype: 'float32' });
  const where = {
    cells: input('cells', { shape: [batch, count], dtype: 'int32' }),
    frames: input('frames', { shape: [batch, count], dtype: 'int32' }),
  };
  return network.apply(p, { patches, ...where }).shape;
}

describe('the paper preset', () => {
  it('has the parameters of ViT-Base/16 with two classes', () => {
    // patch projection, class token, 197 positions, 12 blocks, LayerNorm, head
    const block = 2 * 2 * 768 + (768 * 2304 + 2304) + (768 * 768 + 768) + (768 * 3072 + 3072) + (3072 * 768 + 768);
    expect(parameterCount(CONFIGS.paper)).toBe(768 * 768 + 768 + 768 + 197 * 768 + 12 * block + 2 * 768 + 2 * 768 + 2);
    expect(parameterCount(CONFIGS.paper)).toBe(85_800_194);
  });

  it('turns a bag of 196 patches of 16 pixels into two logits', () => {
    expect(bagLength(CONFIGS.paper)).toBe(196);
    expect(patchLength(CONFIGS.paper)).toBe(768);
    expect(logitsShape(CONFIGS.paper, 3)).toEqual([3, 2]);
  });

  it.each([
    [7, 28],
    [28, 7],
    [49, 4],
  ])('takes k = %i, m = %i with the same weights, and so a single image', (keptFrames, keptCells) => {
    const config = { ...CONFIGS.paper, frames: 49, keptFrames, keptCells };
    expect(parameterCount(config)).toBe(85_800_194);
    expect(logitsShape(config, 1)).toEqual([1, 2]);
    expect(parameterCount({ ...CONFIGS.paper, keptFrames: 1, keptCells: 196 })).toBe(85_800_194);
  });
});

describe('the small networks', () => {
  it.each(['temporal', 'spatial'] as const)('%s: few enough weights to ship', (part) => {
    expect(parameterCount(CONFIGS[part])).toBeLessThan(200_000);
    expect(logitsShape(CONFIGS[part], 4)).toEqual([4, 2]);
  });

  it('refuses sizes that do not fit together, naming them', () => {
    expect(() => checkConfig({ ...CONFIGS.temporal, grid: 7 })).toThrow(/face size divisible by the grid.*64 and 7/);
    expect(() => checkConfig({ ...CONFIGS.temporal, keptFrames: 9 })).toThrow(/1\.\.8 kept frames/);
    expect(() => checkConfig({ ...CONFIGS.temporal, keptCells: 65 })).toThrow(/1\.\.64 kept cells/);
    expect(() => checkConfig({ ...CONFIGS.temporal, heads: 5 })).toThrow(/divisible by the heads/);
    expect(() => checkConfig({ ...CONFIGS.temporal, frames: 2, keptFrames: 2 })).toThrow(/at least 3 frames/);
  });
});

describe('fromPyTorchNames', () => {
  const tiny: StdtConfig = {
    ...CONFIGS.paper,
    faceSize: 8,
    grid: 2,
    frames: 2,
    keptFrames: 2,
    keptCells: 2,
    dim: 4,
    depth: 1,
    heads: 2,
    mlpRatio: 2,
  };
  const theirs = (): Map<string, { shape: readonly number[]; data: Float32Array }> => {
    const values = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    const add = (name: string, ...shape: number[]): void => {
      const size = shape.reduce((a, b) => a * b, 1);
      values.set(name, { shape, data: Float32Array.from({ length: size }, (_, i) => i) });
    };
    add('cls_token', 1, 1, 4);
    add('pos_embed', 1, 5, 4);
    add('patch_embed.proj.weight', 4, 3, 4, 4);
    add('patch_embed.proj.bias', 4);
    for (const norm of ['norm', 'blocks.0.norm1', 'blocks.0.norm2']) for (const part of ['weight', 'bias']) add(`${norm}.${part}`, 4);
    add('blocks.0.attn.qkv.weight', 12, 4);
    add('blocks.0.attn.qkv.bias', 12);
    add('blocks.0.attn.proj.weight', 4, 4);
    add('blocks.0.attn.proj.bias', 4);
    add('blocks.0.mlp.fc1.weight', 8, 4);
    add('blocks.0.mlp.fc1.bias', 8);
    add('blocks.0.mlp.fc2.weight', 4, 8);
    add('blocks.0.mlp.fc2.bias', 4);
    add('head.weight', 2, 4);
    add('head.bias', 2);
    return values;
  };

  it('maps every parameter and transposes linear weights', () => {
    const { tensors } = readSafetensors(writeSafetensors(theirs(), {}));
    const params = fromPyTorchNames(tiny, tensors as never);
    expect([...params.keys()]).toEqual([...namedParams(stdtNetwork(tiny)).keys()]);
    // theirs[out][in] = out * 48 + in
    const project = params.get('project.weight')!;
    expect(project.shape).toEqual([48, 4]);
    expect(project.data[5 * 4 + 2]).toBe(2 * 48 + 5);
    expect([...params.get('classToken')!.data]).toEqual([0, 1, 2, 3]);
  });

  it('names the tensor that is missing or of another shape', () => {
    const missing = theirs();
    missing.delete('blocks.0.attn.proj.bias');
    expect(() => fromPyTorchNames(tiny, missing)).toThrow(/"blocks\.0\.attn\.proj\.bias" is missing/);
    const other = theirs().set('head.weight', { shape: [1000, 4], data: new Float32Array(4000) });
    expect(() => fromPyTorchNames(tiny, other)).toThrow(/"head\.weight" has another shape; expected \[2, 4\], got \[1000, 4\]/);
  });
});
