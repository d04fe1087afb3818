export { type CurvePoint, curvesHtml, type CurvesOptions } from './curves.ts';
export { type ExplainedItem, explanationHtml, type ExplanationReportOptions } from './explanation-page.ts';
export { escapeHtml } from './html.ts';
export { type FaceZone, faceZone, zoneShares } from './face-zones.ts';
export { heatMapImage, heatOverlayImage } from './heat-map.ts';
export { type JsonEvidence, type JsonItem, jsonItem } from './json.ts';
export type { Confusion } from './confusion.ts';
export { type KeptPicture, learningHtml, type LearnedSession, type LearningReport, type LearningReportOptions } from './learning-page.ts';
export { type ReportOptions, reportHtml } from './page.ts';
export { type NamedItem, predictionHtml, type PredictionItem, type PredictionReportOptions } from './prediction-page.ts';
export { recognitionHtml, type RecognitionItem, type RecognitionReportOptions, type RecognizedItem } from './recognition-page.ts';
export {
  type AppliedMethod,
  type FailedItem,
  type Failure,
  type ImageEncoder,
  isJudged,
  type JudgedItem,
  type MediaFacts,
  type ReportItem,
  type ReportModel,
  type Still,
} from './report-item.ts';
export { trackingHtml, type TrackedPoint, type TrackedStill, type TrackingReportOptions } from './tracking-page.ts';
export { score as scoreText, verdictSentence } from './verdict.ts';
