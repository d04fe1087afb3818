import type { Device, TensorSpec } from '../runtime.ts';
import type { TensorMap } from '../tensor.ts';

/** What a runtime package supplies: one ONNX Runtime on one device. Everything else is shared. */
export interface Engine {
  /** Creates a session, or rejects with the engine's own error. */
  create(
    bytes: Uint8Array,
    external: readonly { readonly path: string; readonly data: Uint8Array }[],
    device: Device,
    settings: SessionSettings,
  ): Promise<EngineSession>;
}

export interface SessionSettings {
  /** Its runs leave the caller's thread free; asked for only where `RuntimeParts.background` says that the engine can. */
  readonly background: boolean;
  /** Inside one run on the CPU. */
  readonly threads: number;
}

/** A session of the engine, without checks, queue or wrapped errors. */
export interface EngineSession {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** @param transfer the feeds are given away with their memory */
  run(feeds: TensorMap, outputs: readonly string[], transfer?: boolean): Promise<TensorMap>;
  release(): Promise<void>;
}

/** The part of ONNX Runtime's value metadata that a spec is made from. */
export type ValueMetadata =
  | { readonly name: string; readonly isTensor: false }
  | { readonly name: string; readonly isTensor: true; readonly type: string; readonly shape: readonly (number | string)[] };

/** Metadata -> specs. Free dimensions without a name are called `?`; values that are no tensor have dtype `other`. */
export function specsOf(metadata: readonly ValueMetadata[]): TensorSpec[] {
  return metadata.map((value) =>
    value.isTensor
      ? { name: value.name, dtype: value.type, shape: value.shape.map((dim) => (dim === '' || dim === -1 ? '?' : dim)) }
      : { name: value.name, dtype: 'other', shape: [] },
  );
}

/** `float32[2,batch]` */
export function specText(spec: { readonly dtype: string; readonly shape: readonly (number | string)[] }): string {
  return `${spec.dtype}[${spec.shape.join(',')}]`;
}
