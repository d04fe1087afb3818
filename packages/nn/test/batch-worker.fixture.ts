import { workerData } from 'node:worker_threads';
import { serveBatches, type Port } from '../src/index.ts';

/** The worker of fit.test.ts. */
serveBatches(workerData as Port, (step) => {
  if (step >= 100) throw new Error('no such picture');
  return { x: Float32Array.from({ length: 6 }, (_, i) => Math.sin(step + i)) };
});
