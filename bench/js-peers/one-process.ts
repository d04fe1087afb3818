// A process with one peer's engine: takes a job, then says each step it did until it is ended.
import type { Job, Said } from './job.ts';

// jax-js looks for WebGPU there; Node has it from 21 on
if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });

const say = (said: Said): Promise<void> => new Promise((resolve) => process.send!(said, () => resolve()));

process.once('message', async (job: Job) => {
  try {
    const step = job.engine === 'tfjs' ? await (await import('./tfjs.ts')).tfjsStep(job) : await (await import('./jax.ts')).jaxStep(job);
    for (;;) {
      const started = performance.now();
      const loss = await step();
      const ms = performance.now() - started;
      const { user, system } = process.cpuUsage();
      await say({ loss, ms, cpuSeconds: (user + system) / 1e6 });
    }
  } catch (error) {
    await say({ failed: (error as Error).message.split('\n')[0]! });
    process.exit(1);
  }
});
