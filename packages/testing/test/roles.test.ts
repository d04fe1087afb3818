import {
  anonymizerConformance,
  detectorConformance,
  explainerConformance,
  grounderConformance,
  incrementalLearnerConformance,
  recognizerConformance,
  synthesizerConformance,
  trackerConformance,
} from '../src/vitest.ts';
import { classMeans } from './honest/class-means.ts';
import { meanLight } from './honest/mean-light-detector.ts';
import { lightGrounder, patterns, shuffler } from './honest/media-roles.ts';
import { occlusion } from './honest/occlusion-explainer.ts';
import { pixelRecognizer } from './honest/pixel-recognizer.ts';
import { templateTracker } from './honest/template-tracker.ts';

detectorConformance('mean-light', meanLight);
recognizerConformance('pixel-recognizer', pixelRecognizer);
explainerConformance('occlusion', occlusion);
trackerConformance('template-tracker', templateTracker);
incrementalLearnerConformance('class-means', classMeans);
anonymizerConformance('shuffler', shuffler);
synthesizerConformance('patterns', patterns);
grounderConformance('light-grounder', lightGrounder);
