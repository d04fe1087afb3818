export { TRACKING_EVENTS, trackingSequence, type SequenceFrame, type SequenceOptions, type TrackingEvent } from './sequence.ts';
