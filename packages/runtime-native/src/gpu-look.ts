/** What was found of a GPU device before a session was run on it in this process. */
export interface Look {
  /** True when a session may be run on it here. */
  readonly promising: boolean;
  /** True when its adapter is a program on the CPU. */
  readonly software: boolean;
  readonly reason: string;
  readonly remedy?: string;
}

/** A look that ends the matter. */
export function nothing(reason: string, remedy?: string): Look {
  return { promising: false, software: false, reason, remedy };
}
