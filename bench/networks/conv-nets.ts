import {
  add,
  batchNormModule,
  conv2dModule,
  conv3dModule,
  globalAveragePool,
  linear,
  mean,
  module,
  relu,
  reshape,
  type Module,
  type Sym,
} from '@verilens/nn';

/** A network of one tensor; its parameter tree stays its own business. */
export type Network = Module<unknown, [x: Sym], Sym>;

const named = <P>(net: Module<P, [x: Sym], Sym>): Network => net as unknown as Network;

/** x [B, channels, size, size] -> logits: three 3x3 convolutions (the last two with stride 2), each with ReLU, and a linear layer. */
export function cnn({ channels, size, classes }: { channels: number; size: number; classes: number }): Network {
  const conv1 = conv2dModule(channels, 32, 3, { padding: 1 });
  const conv2 = conv2dModule(32, 64, 3, { padding: 1, stride: 2 });
  const conv3 = conv2dModule(64, 64, 3, { padding: 1, stride: 2 });
  const features = 64 * Math.ceil(size / 4) ** 2;
  const head = linear(features, classes);
  return named(
    module('cnn', { conv1, conv2, conv3, head }, (p, x: Sym) => {
      const y = relu(conv3.apply(p.conv3, relu(conv2.apply(p.conv2, relu(conv1.apply(p.conv1, x))))));
      return head.apply(p.head, reshape(y, [x.shape[0]!, features]));
    }),
  );
}

/** x [B, channels, D, H, W] -> logits: three 3x3x3 convolutions (the last two with stride 2), each with ReLU, mean and a linear layer. */
export function conv3dNet({ channels, classes }: { channels: number; classes: number }): Network {
  const conv1 = conv3dModule(channels, 16, 3, { padding: 1 });
  const conv2 = conv3dModule(16, 32, 3, { padding: 1, stride: 2 });
  const conv3 = conv3dModule(32, 64, 3, { padding: 1, stride: 2 });
  const head = linear(64, classes);
  return named(
    module('conv3d', { conv1, conv2, conv3, head }, (p, x: Sym) =>
      head.apply(p.head, mean(relu(conv3.apply(p.conv3, relu(conv2.apply(p.conv2, relu(conv1.apply(p.conv1, x)))))), [2, 3, 4])),
    ),
  );
}

function convNorm(inputs: number, outputs: number, size: number, stride: number): Network {
  const conv = conv2dModule(inputs, outputs, size, { padding: (size - 1) / 2, stride, bias: false });
  const norm = batchNormModule(outputs);
  return named(module('convNorm', { conv, norm }, (p, x: Sym) => norm.apply(p.norm, conv.apply(p.conv, x))));
}

function residualBlock(inputs: number, outputs: number): Network {
  const stride = inputs === outputs ? 1 : 2;
  const first = convNorm(inputs, outputs, 3, stride);
  const second = convNorm(outputs, outputs, 3, 1);
  if (stride === 1)
    return named(
      module('residualBlock', { first, second }, (p, x: Sym) =>
        relu(add(second.apply(p.second as never, relu(first.apply(p.first as never, x))), x)),
      ),
    );
  const shortcut = convNorm(inputs, outputs, 1, 2);
  return named(
    module('residualBlock', { first, second, shortcut }, (p, x: Sym) =>
      relu(add(second.apply(p.second as never, relu(first.apply(p.first as never, x))), shortcut.apply(p.shortcut as never, x))),
    ),
  );
}

/** x [B, channels, H, W] -> logits. He et al. 2016 in small: three blocks of two 3x3 convolutions with 16, 32 and 64 channels. */
export function resnet8({ channels, classes }: { channels: number; classes: number }): Network {
  const stem = convNorm(channels, 16, 3, 1);
  const blocks = [residualBlock(16, 16), residualBlock(16, 32), residualBlock(32, 64)];
  const head = linear(64, classes);
  return named(
    module('resnet8', { stem, blocks, head }, (p, x: Sym) => {
      const first = relu(stem.apply(p.stem as never, x));
      const last = blocks.reduce((y, block, i) => block.apply(p.blocks[i] as never, y), first);
      return head.apply(p.head, globalAveragePool(last));
    }),
  );
}
