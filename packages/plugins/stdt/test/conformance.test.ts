import { native } from '@verilens/runtime-native';
import { detectorConformance } from '@verilens/testing/vitest';
import { stdt } from '../src/index.ts';

detectorConformance('stdt', () => stdt(), { runtime: () => native({ device: 'cpu', threads: 1 }) });
