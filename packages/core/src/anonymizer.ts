import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Box, Image } from './image.ts';

export interface AnonymizeOptions extends CallOptions {
  /** Secret that decides the new identity and allows `recover`. Without one the change is random and final. */
  readonly key?: Uint8Array;
  /** Seed when no key is given. Default 0. */
  readonly seed?: number;
}

export interface Anonymized extends RunInfo {
  /** Same size as the input; pixels outside `faces` unchanged. */
  readonly image: Image;
  /** The faces that were changed, in pixels of the picture. Empty: none found, and the picture is returned as it came. */
  readonly faces: readonly {
    readonly box: Box;
    /** Cosine distance between the old and the new identity, 0..2. */ readonly identityDistance: number;
  }[];
  /** Whether `recover` with the same key can bring the picture back. */
  readonly recoverable: boolean;
}

export interface Recovered extends RunInfo {
  readonly image: Image;
  /** 0..1: how sure the method is that the key was right. A wrong key gives another face, not an error. */
  readonly confidence: number;
}

/** Replaces the identity of faces and keeps expression, pose and surroundings. */
export interface Anonymizer extends Component {
  readonly recoverable: boolean;
  anonymize(image: Image, options?: AnonymizeOptions): Promise<Anonymized>;
  /** @throws VerilensError UNSUPPORTED when the method is one-way, BAD_INPUT for a key of the wrong length */
  recover(image: Image, options: CallOptions & { readonly key: Uint8Array }): Promise<Recovered>;
}
