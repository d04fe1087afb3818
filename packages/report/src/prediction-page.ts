import type { Image, RankedLabel } from '@verilens/core';
import { dataUri } from './data-uri.ts';
import { type Html, html } from './html.ts';
import { failed } from './item-section.ts';
import type { KeptPicture } from './learning-page.ts';
import { learningStyle } from './learning-style.ts';
import { pageShell } from './page-shell.ts';
import type { FailedItem, ImageEncoder } from './report-item.ts';

export interface NamedItem {
  readonly name: string;
  readonly image: Image;
  /** Best first. */
  readonly labels: readonly RankedLabel[];
}

export type PredictionItem = NamedItem | FailedItem;

export interface PredictionReportOptions {
  readonly encode: ImageEncoder;
  readonly date?: Date;
  readonly generator?: string;
  readonly incomplete?: boolean;
  readonly learner: string;
  /** Classes it knows. */
  readonly known: number;
  readonly kept: readonly KeptPicture[];
}

/** What each picture was called, beside the pictures kept of that class, as one HTML page that needs nothing else. */
export async function predictionHtml(items: readonly PredictionItem[], options: PredictionReportOptions): Promise<string> {
  const sections: Html[] = [];
  const rows: Html[] = [];
  for (const [index, item] of items.entries()) {
    if ('failure' in item) sections.push(failed(item, index + 1));
    else rows.push(await named(item, options));
  }
  return pageShell({
    title: 'What the pictures show',
    date: options.date,
    inputs: items.length,
    generator: options.generator,
    style: learningStyle,
    head: html`<p class="dim">${options.learner}: ${options.known} classes known</p>
${options.incomplete && html`<p class="warning">The run was interrupted: inputs after these were not looked at.</p>`}`,
    body: [
      items.length === 0 && html`<p class="dim">No input was looked at.</p>`,
      rows.length > 0 && html`<article class="input"><div class="named">${rows}</div></article>`,
      ...sections,
      html`<section class="meaning"><h2>What a name can and cannot mean</h2><p><b>Scores are shares among the classes that are known.</b> A picture of none of them is given one of their names all the same, and often a high score: there is no "unknown".</p></section>`,
    ],
  });
}

async function named({ name, image, labels }: NamedItem, { encode, kept }: PredictionReportOptions): Promise<Html> {
  const best = labels[0]!;
  const beside: Html[] = [];
  for (const { image: other } of kept.filter(({ label }) => label === best.label))
    beside.push(html`<img src="${await dataUri(other, encode)}" alt="A picture kept of ${best.label}">`);
  return html`<div class="look"><figure><img src="${await dataUri(image, encode)}" alt="The input"><figcaption>${name}</figcaption></figure>
<div><p class="who">${best.label}</p><dl>${labels.map(
    ({ label, score }) =>
      html`<div><dt>${label}</dt><dd><span class="track-bar"><span style="width:${(100 * score).toFixed(1)}%"></span></span><span class="num">${score.toFixed(3)}</span></dd></div>`,
  )}</dl></div>
${beside.length > 0 ? html`<figure class="beside"><div>${beside}</div><figcaption>kept of ${best.label}</figcaption></figure>` : html`<div></div>`}</div>`;
}
