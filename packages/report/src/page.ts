import type { DetectionStatus } from '@verilens/core';
import { type Html, html } from './html.ts';
import { itemSection } from './item-section.ts';
import { meter } from './meter.ts';
import { modelCards } from './model-cards.ts';
import { pageShell } from './page-shell.ts';
import { type ImageEncoder, isJudged, type ReportItem, type ReportModel } from './report-item.ts';
import { badge, failedLook, score as scoreText, verdictLook } from './verdict.ts';

export interface ReportOptions {
  /** How pixels become image files in this environment. */
  readonly encode: ImageEncoder;
  /** Default `Manipulation report`. */
  readonly title?: string;
  /** When the inputs were judged. Default now. */
  readonly date?: Date;
  /** The detectors that took part. */
  readonly models?: readonly ReportModel[];
  /** What made the report, e.g. `verilens 1.2.0`. */
  readonly generator?: string;
  /** Set when the run was interrupted: the page says that inputs are missing. */
  readonly incomplete?: boolean;
}

/**
 * The report as one HTML page: no script, no request to anywhere, images inside.
 * Everything that comes from outside (file names, messages, cards) is escaped.
 */
export async function reportHtml(items: readonly ReportItem[], options: ReportOptions): Promise<string> {
  // One input after the other: a page of many inputs then never holds more than one input's decoded heat maps.
  const sections: Html[] = [];
  for (const [index, item] of items.entries()) sections.push(await itemSection(item, index + 1, options.encode));
  return pageShell({
    title: options.title ?? 'Manipulation report',
    date: options.date,
    inputs: items.length,
    generator: options.generator,
    head: html`${options.incomplete && html`<p class="warning">The run was interrupted: inputs after these were not judged.</p>`}
${items.length > 1 && overview(items)}`,
    body: [items.length === 0 && html`<p class="dim">No input was judged.</p>`, ...sections, meaning, modelCards(options.models ?? [])],
  });
}

function overview(items: readonly ReportItem[]): Html {
  const order: readonly DetectionStatus[] = ['MANIPULATED', 'INCONCLUSIVE', 'AUTHENTIC', 'NOT_APPLICABLE'];
  const counts = order.map((status) => ({
    look: verdictLook(status),
    count: items.filter((item) => isJudged(item) && item.result.status === status).length,
  }));
  const failures = items.filter((item) => !isJudged(item)).length;
  return html`<p class="counts">${[...counts, { look: failedLook, count: failures }].filter(({ count }) => count > 0).map(({ look, count }) => html`<span class="count ${look.tone}">${look.icon}<b>${count}</b> ${look.word.toLowerCase()}</span>`)}</p>
<nav aria-label="Inputs"><table><thead><tr><th>Input</th><th>Verdict</th><th colspan="2">Score</th></tr></thead><tbody>${items.map(
    (item, index) => {
      const name = html`<td><a href="#input-${index + 1}">${item.name}</a></td>`;
      if (!isJudged(item)) return html`<tr>${name}<td>${badge(failedLook)}</td><td colspan="2" class="dim">${item.failure.code}</td></tr>`;
      const { status, score, threshold } = item.result;
      return html`<tr>${name}<td>${badge(verdictLook(status))}</td>${score === null ? html`<td colspan="2" class="dim">none</td>` : html`<td class="num">${scoreText(score)}</td><td class="wide">${meter({ score, threshold, status })}</td>`}</tr>`;
    },
  )}</tbody></table></nav>`;
}

const meaning: Html = html`<section class="meaning"><h2>What a verdict can and cannot mean</h2>
<p><b>A verdict is a measurement, not a proof.</b> It says how strongly the material shows traces the models were trained to find. It does not say who made it, why, or whether what it shows is true.</p>
<ul>
<li><b>Manipulated</b> means the score reached a threshold that authentic material rarely reaches. Rarely is not never: strong compression, filters, screen recordings and unusual light can cause it.</li>
<li><b>Authentic</b> means no known trace was found. A kind of forgery the models have not seen can pass.</li>
<li><b>Inconclusive</b> means the score lies where both happen. <b>Not applicable</b> means there was nothing the models can judge, for example no face.</li>
</ul>
<p>The score is calibrated on the data named under the models below, and holds for material like it. Before anything depends on a verdict, have a person look at the original file and at where it came from. Never act against a person on a score alone.</p></section>`;
