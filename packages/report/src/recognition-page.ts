import type { Candidate, Image, RecognizedTrack, Recognition, SimilarityCalibration } from '@verilens/core';
import { dataUri } from './data-uri.ts';
import { clock, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { failed, heading } from './item-section.ts';
import { pageShell } from './page-shell.ts';
import type { FailedItem, ImageEncoder, MediaFacts } from './report-item.ts';
import { badge, verdictLook } from './verdict.ts';

export interface RecognizedItem {
  /** File name or path as the reader knows it. */
  readonly name: string;
  readonly media?: MediaFacts;
  readonly recognition: Recognition;
}

/** One input: everyone in it, or the reason why it could not be read. */
export type RecognitionItem = RecognizedItem | FailedItem;

export interface RecognitionReportOptions {
  readonly encode: ImageEncoder;
  readonly date?: Date;
  readonly generator?: string;
  readonly incomplete?: boolean;
  /** What the figures rest on. */
  readonly calibration: SimilarityCalibration;
  /** The rate of a search that was allowed, 0..1. */
  readonly limit: number;
  /** Pictures kept at enrolment. */
  readonly pictureOf: (identity: string) => Image | undefined;
  readonly gallery: { readonly name: string; readonly identities: number };
}

/** Who was recognised, beside whom they were matched with, as one HTML page that needs nothing else. */
export async function recognitionHtml(items: readonly RecognitionItem[], options: RecognitionReportOptions): Promise<string> {
  const sections: Html[] = [];
  for (const [index, item] of items.entries()) {
    sections.push('failure' in item ? failed(item, index + 1) : await recognised(item, index + 1, options));
  }
  return pageShell({
    title: 'Recognition report',
    date: options.date,
    inputs: items.length,
    generator: options.generator,
    head: html`<p class="dim">Gallery ${options.gallery.name}: ${options.gallery.identities} identities</p>
${options.incomplete && html`<p class="warning">The run was interrupted: inputs after these were not looked at.</p>`}`,
    body: [items.length === 0 && html`<p class="dim">No input was looked at.</p>`, ...sections, meaning(options)],
  });
}

async function recognised(item: RecognizedItem, number: number, options: RecognitionReportOptions): Promise<Html> {
  const { tracks, frames, rejected, device, durationMs } = item.recognition;
  const people: Html[] = [];
  for (const track of tracks) people.push(await person(track, options));
  return html`<article id="input-${number}" class="input">
${heading(item, number)}
${tracks.length === 0 && html`<p class="sentence">Nobody was found.</p>`}
<div class="people">${people}</div>
${rejected.length > 0 && html`<section><h3>Found and not recognisable</h3><ul>${rejected.map(({ reason, count }) => html`<li>${reason}${count > 1 && html` (${count} times)`}</li>`)}</ul></section>`}
<p class="facts">${frames === 1 ? 'One picture' : `${frames} frames`}, on ${device} in ${duration(durationMs)}.</p>
</article>`;
}

async function person(track: RecognizedTrack, { encode, pictureOf }: RecognitionReportOptions): Promise<Html> {
  const { identity, candidates } = track.identification;
  const best = candidates[0];
  const kept = best === undefined ? undefined : pictureOf(best.identity);
  const when = track.endMs > track.startMs ? `${clock(track.startMs)} to ${clock(track.endMs)}, ${track.looks} looks` : '';
  return html`<div class="person ${identity === null ? 'none' : 'good'}">
<figure><img src="${await dataUri(track.picture, encode)}" alt="The face found"><figcaption>${when === '' ? 'in the input' : `at ${clock(track.timestampMs)}`}</figcaption></figure>
${
  kept === undefined
    ? html`<div class="nobody">no picture in the gallery</div>`
    : html`<figure><img src="${await dataUri(kept, encode)}" alt="The picture kept at enrolment"><figcaption>${identity === null ? `${best!.identity}: nearest, no match` : best!.identity}</figcaption></figure>`
}
<div><p class="who">${identity ?? 'Unknown'}</p>
${when !== '' && html`<p class="dim">${when}</p>`}
${
  candidates.length > 0 &&
  html`<table><thead><tr><th>Candidate</th><th>Similarity</th><th>False-accept rate</th><th>Cosine</th></tr></thead><tbody>${candidates.slice(0, 3).map((candidate) => candidateRow(candidate, candidate.identity === identity))}</tbody></table>`
}</div></div>`;
}

function candidateRow(candidate: Candidate, named: boolean): Html {
  const { identity, similarity, falseAcceptRate, extrapolated, distance } = candidate;
  return html`<tr><td>${identity} ${named && badge({ ...verdictLook('AUTHENTIC'), word: 'match' })}</td><td class="num">${similarity.toFixed(3)}</td><td class="num">${rate(falseAcceptRate)}${extrapolated && html` <small>extrapolated</small>`}</td><td class="num">${(1 - distance).toFixed(3)}</td></tr>`;
}

function meaning({ calibration, limit }: RecognitionReportOptions): Html {
  const { pairs, identities, measuredDownTo, data } = calibration;
  return html`<section class="meaning"><h2>What a match can and cannot mean</h2>
<p><b>A match is a measurement, not an identification.</b> The false-accept rate is the chance that a stranger's picture finds somebody this near in a gallery of this size; matches up to ${rate(limit)} are shown as such.</p>
<ul>
<li><b>Similarity</b> is the share of pairs of one person among pairs this alike, if both kinds were equally many. In a search most pairs are of different people: read the false-accept rate.</li>
<li><b>Extrapolated</b> rates are smaller than the calibration can show (${rate(measuredDownTo)}) and come from the shape of its tail.</li>
<li><b>Unknown</b> means that nobody in the gallery was near enough. Relatives, twins and people unlike those of the calibration are accepted more often than the rate says.</li>
</ul>
<p>Calibrated on ${pairs.same} pairs of one person and ${pairs.different} of different people, ${identities} people in all: ${data.join('; ')}. Never act against a person on a score alone.</p></section>`;
}

/** `0.0012`, `3.1e-7`: small rates keep their size. */
export function rate(value: number): string {
  return value >= 0.001 ? value.toFixed(4) : value.toExponential(1);
}
