import { FORGE_PARAMETERS, type ForgeOperation, type ForgeParameters } from '@verilens/data';
import type { Augmentation, Schedule } from './train-network.ts';

/** Everything that decides what the `small` preset learns and how it judges, in one place. Raise `version` with any change. */
export const SMALL_RECIPE: SmallRecipe = {
  version: 5,
  windowsPerVideo: 300,
  clipsPerOperation: 500,
  calibrationShare: 0.2,
  calibrationClipsPerOperation: 100,
  photoShare: 0.35,
  selfDonorShare: 0.5,
  falseAlarmRate: 0.05,
  inconclusiveFrom: 0.1,
  forging: { ...FORGE_PARAMETERS, selfblend: { ...FORGE_PARAMETERS.selfblend, partShare: 0.5 } },
  temporal: {
    operations: ['swap', 'reenact', 'selfblend'],
    draws: 4,
    schedule: { epochs: 8, batchSize: 32, learningRate: 1e-3, weightDecay: 0.05 },
  },
  spatial: {
    operations: ['paste', 'resample'],
    draws: 8,
    pairs: {
      perOperation: 400,
      again: true,
      forging: {
        ...FORGE_PARAMETERS,
        warp: { rotation: 0.16, scale: 0.2, shiftPx: 16 },
        softRange: [0.5, 1.5],
        resample: { ...FORGE_PARAMETERS.resample, factor: [1.7, 3.3] },
      },
    },
    augmentation: { shiftPx: 6, shade: 0.15 },
    schedule: { epochs: 7, batchSize: 32, learningRate: 1e-3, weightDecay: 0.05, agreement: 1 },
  },
};

export interface SmallRecipe {
  readonly version: number;
  /** Windows of 8 consecutive frames taken from each video, evenly spread. */
  readonly windowsPerVideo: number;
  /** Forged clips of each kind for the temporal network, and as many real ones. */
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
  /** How training clips are forged. Parts of faces besides whole ones: a network is to look everywhere, not for the outline of one mask. */
  readonly forging: ForgeParameters;
  readonly temporal: NetworkRecipe;
  readonly spatial: PairedRecipe;
}

export interface NetworkRecipe {
  /** Forgeries that leave this network's kind of trace. */
  readonly operations: readonly ForgeOperation[];
  /** Bags per clip at inference. Eight show every patch of a clip once. */
  readonly draws: number;
  readonly augmentation?: Augmentation;
  readonly schedule: Schedule;
}

/** Trains on forged clips beside their real twins. */
export interface PairedRecipe extends NetworkRecipe {
  readonly pairs: PairRecipe;
}

/** What a window shows, whose face it is and how it is framed, says nothing about the class of one of a pair. */
export interface PairRecipe {
  /** Forged clips of each kind, and as many real ones. */
  readonly perOperation: number;
  /** Each pair also comes interpolated once more. */
  readonly again: boolean;
  /** Edges of more widths, and faces framed in more ways, than in clips kept for calibration and in tests. */
  readonly forging: ForgeParameters;
}
