import { gridSample } from '../../functions/grid-sample.ts';
import type { Importer } from '../site.ts';

const PADDINGS = ['zeros', 'border', 'reflection'] as const;

const sampled: Importer = (site) => {
  const [x, grid] = [site.sym(0), site.sym(1)];
  // renamed in opset 20
  const mode = { bilinear: 'bilinear', linear: 'bilinear', nearest: 'nearest' }[site.text('mode') ?? 'bilinear'] as
    | 'bilinear'
    | 'nearest'
    | undefined;
  const padding = PADDINGS.find((name) => name === (site.text('padding_mode') ?? 'zeros'));
  if (mode === undefined || padding === undefined || x.shape.length !== 4)
    throw site.unsupported(
      'it looks up in a way we do not know',
      'pictures [N, C, H, W], linear or nearest, outside zeros, border or reflection',
      `rank ${x.shape.length}, ${site.text('mode')}, ${site.text('padding_mode')}`,
    );
  return gridSample(x, grid, { mode, padding, alignCorners: site.int('align_corners') === 1 });
};

export const gridSampleImporters: Readonly<Record<string, Importer>> = { GridSample: sampled };
