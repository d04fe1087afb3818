import type { Device } from '@verilens/core';
import { type Engine, type EngineSession, specsOf } from '@verilens/core/runtime-kit';
import type { InferenceSession } from 'onnxruntime-node';
import { backgroundThread } from './background.ts';

type Ort = typeof import('onnxruntime-node');

/** Loads ONNX Runtime's shared library: on first use, never at import. */
export async function loadOrt(): Promise<Ort> {
  const ort = await import('onnxruntime-node');
  // Everything it has to say comes back as errors, which are wrapped; its own log would repeat them on stderr.
  if (ort.env.logLevel === 'warning' || ort.env.logLevel === undefined) ort.env.logLevel = 'fatal';
  return ort;
}

/**
 * An engine over onnxruntime-node. `allowSpinning` lets idle threads burn a core to answer 3-15 % faster; without
 * `cpuFallback` a model with operators that the GPU device lacks is refused.
 */
export function nativeEngine(ort: Ort, allowSpinning: boolean, cpuFallback = true): Engine {
  const thread = backgroundThread();
  return {
    async create(bytes, external, device: Device, { background, threads }): Promise<EngineSession> {
      const options = {
        executionProviders: device === 'cpu' ? ['cpu'] : [device, ...(cpuFallback ? ['cpu'] : [])],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
        ...(external.length === 0 ? {} : { externalData: external.map((file) => ({ path: file.path, data: file.data })) }),
        extra: {
          session: {
            intra_op: { allow_spinning: allowSpinning ? '1' : '0' },
            disable_cpu_ep_fallback: cpuFallback || device === 'cpu' ? '0' : '1',
          },
        },
      } satisfies InferenceSession.SessionOptions;
      if (background) return thread.create(bytes, options);
      const session = await ort.InferenceSession.create(bytes, options);
      return {
        inputs: specsOf(session.inputMetadata),
        outputs: specsOf(session.outputMetadata),
        run: async (feeds, outputs) =>
          ({ ...(await session.run(feeds, [...outputs], { logSeverityLevel: 4 })) }) as Awaited<ReturnType<EngineSession['run']>>,
        release: () => session.release(),
      };
    },
  };
}
