import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';

/** What is to be made. */
export interface SynthesisRequest {
  /** A class or identity the method knows. */
  readonly label?: string;
  readonly prompt?: string;
  /** A picture to start from or to keep the look of. */
  readonly reference?: Image;
  /** How many. Default 1. */
  readonly count?: number;
  /** Same seed, same device, same pictures. Default 0. */
  readonly seed?: number;
}

export interface Synthesis extends RunInfo {
  readonly images: readonly Image[];
  readonly seed: number;
}

/** Makes pictures: training data, condensed data sets, test cases. Its output says that it is synthetic. */
export interface Synthesizer extends Component {
  /** Labels that may be asked for; empty when the method takes none. */
  readonly labels: readonly string[];
  /** @throws VerilensError UNKNOWN_NAME for a label it does not know, BAD_OPTION for a count below 1 */
  synthesize(request: SynthesisRequest, options?: CallOptions & { readonly onProgress?: (fraction: number) => void }): Promise<Synthesis>;
}
