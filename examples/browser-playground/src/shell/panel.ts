import type { EngineClient } from '../engine-client.ts';
import type { ModelChoice } from '../protocol.ts';

/** One place of the playground. */
export interface Panel {
  /** Its address: `#/name`. */
  readonly name: string;
  readonly title: string;
  readonly root: HTMLElement;
  /** Called whenever it is shown, and when it is left: cameras stop then. */
  enter?(): void;
  leave?(): void;
}

export interface App {
  readonly engine: EngineClient;
  /** The classifier that the Train panel made, for the Explain panel. */
  trained: Extract<ModelChoice, { kind: 'onnx' }> | undefined;
}
