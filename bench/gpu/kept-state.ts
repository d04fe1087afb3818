import { createRequire } from 'node:module';
import type { Runtime, Session, TensorMap } from '@verilens/core';

/** The part of onnxruntime-node that is used here. */
interface Engine {
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: TensorMap): Promise<TensorMap>;
      release(): Promise<void>;
    }>;
  };
}

/**
 * A runtime beside ours whose training steps leave their next state on the GPU and take it from there: what copying it through
 * the processor costs. Loss and metrics come back. For measuring alone: onnxruntime-node 1.30 ends the process when such a tensor
 * is read, so no trainer could save.
 */
export function withKeptState(runtime: Runtime): Runtime {
  const owner = createRequire(createRequire(import.meta.url).resolve('@verilens/runtime-native/package.json'));
  const ort = owner('onnxruntime-node') as Engine;
  const load: Runtime['load'] = async (source) => {
    await using known = await runtime.load(source);
    const kept = known.outputs.map(({ name }) => name).filter((name) => name.startsWith('next.'));
    const session = await ort.InferenceSession.create(source as Uint8Array, {
      executionProviders: ['webgpu'],
      logSeverityLevel: 4,
      preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])),
    });
    const made: Session = {
      device: runtime.device,
      inputs: known.inputs,
      outputs: known.outputs,
      async run(feeds) {
        const results = await session.run(feeds);
        for (const tensor of Object.values(feeds)) if (tensor.location === 'gpu-buffer') tensor.dispose();
        return { ...results };
      },
      dispose: () => session.release(),
      [Symbol.asyncDispose]: () => session.release(),
    };
    return made;
  };
  return { ...runtime, load };
}
