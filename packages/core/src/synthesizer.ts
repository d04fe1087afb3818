export interface Synthesizer extends AsyncDisposable {
  readonly name: string;
  warmup(): Promise<void>;
  dispose(): Promise<void>;
}
