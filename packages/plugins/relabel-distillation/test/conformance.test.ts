import { native } from '@verilens/runtime-native';
import { explainerConformance } from '@verilens/testing/vitest';
import { relabelDistillation, type RelabelMethod } from '../src/index.ts';

const METHODS: readonly RelabelMethod[] = ['relabel', 'relabel-hard', 'relabel-soft'];

for (const method of METHODS)
  explainerConformance(`relabel-distillation with ${method}`, () => relabelDistillation({ method, neighbours: 150, grid: 12 }), {
    runtime: () => native({ device: 'cpu', threads: 1 }),
  });
