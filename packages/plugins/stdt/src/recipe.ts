import { FORGE_PARAMETERS, type ForgeOperation, type ForgeParameters } from '@verilens/data';
import type { Schedule } from './train-network.ts';

/** Everything that decides what the `small` preset learns, in one place. Raise `version` with any change. */
export const SMALL_RECIPE: SmallRecipe = {
  version: 2,
  windowsPerVideo: 300,
  clipsPerOperation: 500,
  calibrationShare: 0.2,
  calibrationClipsPerOperation: 100,
  photoShare: 0.35,
  selfDonorShare: 0.5,
  falseAlarmRate: 0.05,
  inconclusiveFrom: 0.1,
  draws: 4,
  forging: { ...FORGE_PARAMETERS, selfblend: { ...FORGE_PARAMETERS.selfblend, partShare: 0.5 } },
  temporal: { operations: ['swap', 'reenact', 'selfblend'], schedule: { epochs: 8, batchSize: 32, learningRate: 1e-3, weightDecay: 0.05 } },
  spatial: { operations: ['paste', 'resample'], schedule: { epochs: 14, batchSize: 32, learningRate: 1e-3, weightDecay: 0.05 } },
};

export interface SmallRecipe {
  readonly version: number;
  /** Windows of 8 consecutive frames taken from each video, evenly spread. */
  readonly windowsPerVideo: number;
  /** Forged clips of each kind; a network sees as many real clips as forged ones. */
  readonly clipsPerOperation: number;
  /** Share of the windows (the last of each video) and of the photographs that are kept for calibration. */
  readonly calibrationShare: number;
  readonly calibrationClipsPerOperation: number;
  /** Share of targets that are animated photographs. */
  readonly photoShare: number;
  /** Share of donors that are the target at another moment: keeps a network from learning who is who. */
  readonly selfDonorShare: number;
  /** Chance that one more authentic person reaches the alarm threshold. */
  readonly falseAlarmRate: number;
  /** Chance that one more authentic person is not called authentic. */
  readonly inconclusiveFrom: number;
  /** Bags per clip at inference. */
  readonly draws: number;
  /** How training clips are forged. Parts of faces besides whole ones: a network is to look everywhere, not for the outline of one mask. */
  readonly forging: ForgeParameters;
  readonly temporal: NetworkRecipe;
  readonly spatial: NetworkRecipe;
}

export interface NetworkRecipe {
  /** Forgeries that leave this network's kind of trace. */
  readonly operations: readonly ForgeOperation[];
  readonly schedule: Schedule;
}
