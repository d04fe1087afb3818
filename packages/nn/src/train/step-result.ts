/** What a training step tells. */
export interface StepResult {
  readonly loss: number;
  /** The loss function's metrics and `gradientNorm`, the length of the whole gradient before clipping. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Whether a step may count. */
export function isFiniteResult({ loss, metrics }: StepResult): boolean {
  return Number.isFinite(loss) && Number.isFinite(metrics['gradientNorm']);
}
