import type { Image } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { recognizerConformance } from '@verilens/testing/vitest';
import { describe } from 'vitest';
import { faceEmbedding } from '../src/index.ts';
import { grey, missing, portrait } from './pictures.ts';

const load = async (file: string): Promise<Image> => (missing === undefined ? portrait(file) : grey(8));
const one = [await load('cage.jpg'), await load('cage2_crop.jpg')] as const;
const other = [await load('audrey.jpg'), await load('audrey_crop.jpg')] as const;

describe.skipIf(missing !== undefined)(`conformance${missing === undefined ? '' : ` (${missing})`}`, () => {
  recognizerConformance('face-embedding', () => faceEmbedding(), {
    runtime: () => native({ device: 'cpu', threads: 1 }),
    identities: () => [one, other],
  });
});
