import { native } from '@verilens/runtime-native';
import { recognizerConformance } from '@verilens/testing/vitest';
import { describe, it } from 'vitest';
import { faceEmbedding } from '../src/index.ts';
import { missing, portrait } from './pictures.ts';

if (missing === undefined) {
  const one = [await portrait('cage.jpg'), await portrait('cage2_crop.jpg')] as const;
  const other = [await portrait('audrey.jpg'), await portrait('audrey_crop.jpg')] as const;
  recognizerConformance('face-embedding', () => faceEmbedding(), {
    runtime: () => native({ device: 'cpu', threads: 1 }),
    identities: () => [one, other],
  });
} else {
  describe('face-embedding, as a recognizer', () => it.skip(missing));
}
