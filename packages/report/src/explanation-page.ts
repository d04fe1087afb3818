import { type Baseline, type ExplainableModel, type Explanation, type Fidelity, type Image, objectiveName } from '@verilens/core';
import { overlayHeatMap } from '@verilens/vision';
import { dataUri } from './data-uri.ts';
import { duration } from './format.ts';
import { type Html, html } from './html.ts';
import { heading } from './item-section.ts';
import { pageShell } from './page-shell.ts';
import type { ImageEncoder, MediaFacts } from './report-item.ts';

/** A picture and why a model answered as it did. */
export interface ExplainedItem {
  /** File name or path as the reader knows it. */
  readonly name: string;
  readonly media?: MediaFacts;
  /** The picture the map is laid over. */
  readonly image: Image;
  readonly model: Pick<ExplainableModel, 'name' | 'outputs'>;
  /** Who explained. */
  readonly explainer: string;
  readonly explanation: Explanation;
}

export interface ExplanationReportOptions {
  readonly encode: ImageEncoder;
  readonly date?: Date;
  readonly generator?: string;
}

/** An explanation as one HTML page that needs nothing else: the picture, what the answer rests on, and how far the map can be believed. */
export async function explanationHtml(item: ExplainedItem, options: ExplanationReportOptions): Promise<string> {
  const { explanation, model, image } = item;
  const { fidelity, saliency, method, value, objective, figures, device, durationMs, modelRuns } = explanation;
  const negative = { ...saliency, values: saliency.values.map((cell) => -cell) };
  const speaksAgainst = negative.values.some((cell) => cell > 0.05);
  const pictures: readonly (readonly [string, Image])[] = [
    ['The picture', image],
    ['Speaks for it', overlayHeatMap(image, saliency)],
    ...(speaksAgainst ? [['Speaks against it', overlayHeatMap(image, negative)] as const] : []),
  ];
  const figure = async ([caption, shown]: readonly [string, Image]): Promise<Html> =>
    html`<figure><img src="${await dataUri(shown, options.encode)}" alt="${caption}"><figcaption>${caption}</figcaption></figure>`;
  const body = html`<article id="input-1" class="input">
${heading(item, 1)}
<div class="verdict none"><div><p class="word"><span>${objectiveName(objective, model)}</span></p>
<p class="sentence">${short(value)} by ${model.name}, explained by ${item.explainer} (${method}). ${believed(fidelity)}</p></div></div>
<section><h3>What it rests on</h3><div class="maps">${await Promise.all(pictures.map(figure))}</div></section>
${fidelity?.curves && html`<section><h3>How far the map can be believed</h3>${plots(fidelity, fidelity.curves)}</section>`}
<section><h3>Figures</h3><table><tbody>${rows(explanation)}${Object.entries(figures).map(([name, own]) => row(words(name), short(own)))}</tbody></table></section>
<p class="facts">${modelRuns} pictures judged on ${device} in ${duration(durationMs)}.</p>
</article>`;
  return pageShell({
    title: 'Explanation report',
    date: options.date,
    inputs: 1,
    generator: options.generator,
    body: [body, meaning(explanation.baseline)],
  });
}

/** In a sentence: does removing what the map names cost more than removing at random? */
function believed(fidelity: Fidelity | undefined): string {
  if (fidelity === undefined) return 'Its fidelity was not measured.';
  const { deletion, insertion, random } = fidelity;
  const better = [deletion < random.deletion, insertion > random.insertion].filter(Boolean).length;
  return better === 2
    ? 'Removing what the map names costs more, and showing it gives more, than the same at random.'
    : better === 1
      ? 'By one of two measures the map is no better than a random one: be careful with it.'
      : 'The map is no better than a random one: do not rely on it.';
}

function rows({ fidelity, baseline }: Explanation): readonly Html[] {
  return [
    row('Removed parts become', fillName(baseline)),
    ...(fidelity === undefined
      ? []
      : [
          row('Deletion, lower is better', `${short(fidelity.deletion)} (random ${short(fidelity.random.deletion)})`),
          row('Insertion, higher is better', `${short(fidelity.insertion)} (random ${short(fidelity.random.insertion)})`),
          row('With everything removed', short(fidelity.empty)),
          row(
            'Measured on',
            `${fidelity.cells} x ${fidelity.cells} cells in ${fidelity.steps} steps, filled with ${fillName(fidelity.fill)}`,
          ),
        ]),
  ];
}

function row(name: string, value: string): Html {
  return html`<tr><td>${name}</td><td>${value}</td></tr>`;
}

const [WIDTH, HEIGHT] = [400, 160] as const;

function plots({ random, deletion, insertion }: Fidelity, own: NonNullable<Fidelity['curves']>): Html {
  const all = [...own.deletion, ...own.insertion, ...own.random.deletion, ...own.random.insertion].filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...all), Math.max(...all)];
  const points = (values: readonly number[]): string =>
    values
      .map((value, step) => {
        const x = (step / Math.max(1, values.length - 1)) * WIDTH;
        const y = high === low ? HEIGHT / 2 : HEIGHT - 6 - ((value - low) / (high - low)) * (HEIGHT - 12);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(' ');
  const plot = (name: string, line: readonly number[], chance: readonly number[], area: number, other: number): Html =>
    html`<figure class="plot-pair"><figcaption><b>${name}</b> <span>area ${short(area)}, at random ${short(other)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name}: from ${short(line[0]!)} to ${short(line.at(-1)!)}, area ${short(area)}; in random order ${short(other)}">
<polyline class="chance" points="${points(chance)}" vector-effect="non-scaling-stroke"/><polyline class="own" points="${points(line)}" vector-effect="non-scaling-stroke"/></svg>
<p class="ends"><span>nothing</span><span>share of the picture</span><span>everything</span></p></figure>`;
  return html`<div class="plots">
${plot('Removed, most important first', own.deletion, own.random.deletion, deletion, random.deletion)}
${plot('Put back, most important first', own.insertion, own.random.insertion, insertion, random.insertion)}
</div><p class="legend"><span class="key own"></span> in the map's order <span class="key chance"></span> in a random order; heights from ${short(low)} to ${short(high)}</p>`;
}

function meaning(baseline: Baseline): Html {
  return html`<section class="meaning"><h2>What a map can and cannot mean</h2>
<p><b>It shows what this model used for this answer</b>, not what is there, and not whether the answer is right.</p>
<ul>
<li>The model is asked about pictures with parts removed. Such pictures are unlike those it was made for; with another fill than ${fillName(baseline)} the map may look different.</li>
<li>The two curves are the test: a good map's line falls faster when parts are removed, and rises faster when they are put back, than the dashed one.</li>
<li>Two methods may disagree, and both may be right about different questions. Look at more than one.</li>
</ul></section>`;
}

function fillName(fill: Baseline): string {
  return fill.kind === 'blur'
    ? `a blur of ${fill.sigmaPx} pixels`
    : fill.kind === 'image'
      ? 'another picture'
      : `the colour ${fill.rgb.join(', ')}`;
}

/** `surrogateR2` as `Surrogate r2`. */
function words(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
