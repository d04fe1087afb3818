import { native } from '@verilens/runtime-native';
import { detectorConformance } from '@verilens/testing/vitest';
import { f2c } from '../src/index.ts';

detectorConformance('f2c', () => f2c(), { runtime: () => native({ device: 'cpu', threads: 1 }) });
