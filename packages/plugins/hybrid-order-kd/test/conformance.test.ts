import { native } from '@verilens/runtime-native';
import { recognizerConformance } from '@verilens/testing/vitest';
import { hybridOrderKd } from '../src/index.ts';
import { drawnIdentities } from './drawn.ts';

recognizerConformance('hybrid-order-kd', () => hybridOrderKd(), {
  runtime: () => native({ device: 'cpu', threads: 1 }),
  identities: drawnIdentities,
});
