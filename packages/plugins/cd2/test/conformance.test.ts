import { native } from '@verilens/runtime-native';
import { incrementalLearnerConformance } from '@verilens/testing/vitest';
import { cd2 } from '../src/index.ts';

incrementalLearnerConformance('cd2', () => cd2({ preset: 'tiny' }), { runtime: () => native({ device: 'cpu', threads: 1 }) });
