import { native } from '@verilens/runtime-native';
import { trackerConformance } from '@verilens/testing/vitest';
import { channelDistillation } from '../src/index.ts';

trackerConformance('channel-distillation', () => channelDistillation(), { runtime: () => native({ device: 'cpu', threads: 1 }) });
