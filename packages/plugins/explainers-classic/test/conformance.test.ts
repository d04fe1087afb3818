import { explainerConformance } from '@verilens/testing/vitest';
import { type ClassicMethod, explainersClassic } from '../src/index.ts';

const METHODS: readonly ClassicMethod[] = ['occlusion', 'rise', 'lime', 'gradient-input', 'integrated-gradients', 'grad-cam'];

for (const method of METHODS)
  explainerConformance(`explainers-classic with ${method}`, () =>
    explainersClassic({ method, rise: { masks: 300 }, lime: { samples: 300 }, occlusion: { cells: 8, window: 2 } }),
  );
