import { type Html, html } from './html.ts';
import { percent } from './session-curve.ts';

/** What was called what. */
export interface Confusion {
  readonly labels: readonly string[];
  /** `counts[i][j]`: test pictures of `labels[i]` that were called `labels[j]`. */
  readonly counts: readonly (readonly number[])[];
}

/** More classes than this are drawn as a picture without names. */
const MOST_NAMED = 30;
const MOST_PAIRS = 10;

/** A table for few classes, a picture for many, and in words what is mixed up most. */
export function confusionSection({ labels, counts }: Confusion): Html {
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = (i: number, j: number): number => (totals[i] === 0 ? 0 : counts[i]![j]! / totals[i]!);
  const pairs = labels
    .flatMap((_, i) => labels.map((__, j) => ({ i, j, count: counts[i]![j]! })))
    .filter(({ i, j, count }) => i !== j && count > 0)
    .sort((a, b) => share(b.i, b.j) - share(a.i, a.j) || b.count - a.count);
  return html`${labels.length <= MOST_NAMED ? named(labels, counts, share) : drawn(labels.length, share)}
${
  pairs.length > 0 &&
  html`<h4>Mixed up most</h4><table><thead><tr><th>Shown</th><th>Called</th><th>Pictures</th><th>Share</th></tr></thead><tbody>${pairs
    .slice(0, MOST_PAIRS)
    .map(
      ({ i, j, count }) =>
        html`<tr><td>${labels[i]!}</td><td>${labels[j]!}</td><td class="num">${count} of ${totals[i]!}</td><td class="num">${percent(share(i, j))}</td></tr>`,
    )}</tbody></table>`
}`;
}

function named(labels: readonly string[], counts: Confusion['counts'], share: (i: number, j: number) => number): Html {
  return html`<div class="matrix"><table><thead><tr><td></td>${labels.map((label) => html`<th><span>${label}</span></th>`)}</tr></thead><tbody>${labels.map(
    (label, i) =>
      html`<tr><th>${label}</th>${labels.map(
        (other, j) =>
          html`<td class="${i === j ? 'right' : 'wrong'}${share(i, j) > 0.6 ? ' full' : ''}" style="--share:${share(i, j).toFixed(3)}" title="${label} called ${other}: ${counts[i]![j]!}">${counts[i]![j]! > 0 && counts[i]![j]!}</td>`,
      )}</tr>`,
  )}</tbody></table></div>
<p class="legend">A row a class as it is, a column a class as it was called; on the diagonal what was named right.</p>`;
}

function drawn(count: number, share: (i: number, j: number) => number): Html {
  const cells: Html[] = [];
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      if (share(i, j) > 0)
        cells.push(
          html`<rect class="${i === j ? 'right' : 'wrong'}" x="${j}" y="${i}" width="1" height="1" opacity="${(0.25 + 0.75 * share(i, j)).toFixed(2)}"/>`,
        );
    }
  return html`<svg class="matrix" viewBox="0 0 ${count} ${count}" role="img" aria-label="Which of ${count} classes was called which" shape-rendering="crispEdges">${cells}</svg>
<p class="legend">${count} classes in the order they were learned, from the top left: a row a class as it is, a column a class as it was called. On the diagonal what was named right.</p>`;
}
