export * from './hub-classifier.ts';
export { type HubClassifierFacts, readHubFolder } from './hub-folder.ts';
export { type ImagePreparation, prepare, readPreparation } from './preparation.ts';
