import type { Plugin, Role } from '@verilens/core';
import { describe, it } from 'vitest';
import { type ConformanceCase, type RoleFixtures, withSkips } from './claims.ts';
import { detectorCases, type DetectorFixtures } from './detector-cases.ts';
import { explainerCases, type ExplainerFixtures } from './explainer-cases.ts';
import { incrementalLearnerCases, type IncrementalLearnerFixtures } from './incremental-learner-cases.ts';
import { anonymizerCases, type AnonymizerFixtures, grounderCases, type GrounderFixtures, synthesizerCases } from './media-role-cases.ts';
import { recognizerCases, type RecognizerFixtures } from './recognizer-cases.ts';
import { trackerCases, type TrackerFixtures } from './tracker-cases.ts';

/** Registers cases with vitest under one heading; skipped ones carry their reason in the name. */
export function describeCases(heading: string, cases: readonly (ConformanceCase & { readonly skipped?: string })[]): void {
  describe(heading, () => {
    for (const { name, run, skipped } of cases) {
      if (skipped === undefined) it(name, run);
      else it.skip(`${name} (${skipped})`, run);
    }
  });
}

/** A role's suite as vitest tests: the first test file of every plugin is one call of it. */
export type Conformance<R extends Role, Fixtures extends RoleFixtures> = (
  name: string,
  makePlugin: () => Plugin<R>,
  fixtures?: Fixtures,
) => void;

function suite<R extends Role, Fixtures extends RoleFixtures>(
  role: R,
  cases: (makePlugin: () => Plugin<R>, fixtures?: Fixtures) => readonly ConformanceCase[],
): Conformance<R, Fixtures> {
  return (name, makePlugin, fixtures) => describeCases(`${name}, as a ${role}`, withSkips(cases(makePlugin, fixtures), fixtures?.skip));
}

export const detectorConformance: Conformance<'detector', DetectorFixtures> = /* @__PURE__ */ suite('detector', detectorCases);
export const recognizerConformance: Conformance<'recognizer', RecognizerFixtures> = /* @__PURE__ */ suite('recognizer', recognizerCases);
export const explainerConformance: Conformance<'explainer', ExplainerFixtures> = /* @__PURE__ */ suite('explainer', explainerCases);
export const trackerConformance: Conformance<'tracker', TrackerFixtures> = /* @__PURE__ */ suite('tracker', trackerCases);
export const incrementalLearnerConformance: Conformance<'incremental-learner', IncrementalLearnerFixtures> = /* @__PURE__ */ suite(
  'incremental-learner',
  incrementalLearnerCases,
);
export const anonymizerConformance: Conformance<'anonymizer', AnonymizerFixtures> = /* @__PURE__ */ suite('anonymizer', anonymizerCases);
export const synthesizerConformance: Conformance<'synthesizer', RoleFixtures> = /* @__PURE__ */ suite('synthesizer', synthesizerCases);
export const grounderConformance: Conformance<'grounder', GrounderFixtures> = /* @__PURE__ */ suite('grounder', grounderCases);
