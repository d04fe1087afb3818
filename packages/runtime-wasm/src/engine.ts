import type { Device } from '@verilens/core';
import { type Engine, type EngineSession, specsOf } from '@verilens/core/runtime-kit';
import type { InferenceSession } from 'onnxruntime-web';

export type Ort = typeof import('onnxruntime-web');

/** An engine over one copy of onnxruntime-web. */
export function webEngine(ort: Ort): Engine {
  return {
    async create(bytes, external, device: Device): Promise<EngineSession> {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: device === 'wasm' ? ['wasm'] : [device, 'wasm'],
        logSeverityLevel: 4,
        ...(external.length === 0 ? {} : { externalData: external.map((file) => ({ path: file.path, data: file.data })) }),
      } satisfies InferenceSession.SessionOptions);
      return {
        inputs: specsOf(session.inputMetadata),
        outputs: specsOf(session.outputMetadata),
        // Names, never tensors: WASM leaves pre-allocated outputs unfilled without an error.
        run: async (feeds, outputs) =>
          ({ ...(await session.run(feeds, [...outputs], { logSeverityLevel: 4 })) }) as Awaited<ReturnType<EngineSession['run']>>,
        release: () => session.release(),
      };
    },
  };
}
