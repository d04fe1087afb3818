import { evidenceCurves } from './evidence-curves.ts';
import { byteSize, clock, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { meter } from './meter.ts';
import { moments, zones } from './moments.ts';
import { type FailedItem, type ImageEncoder, isJudged, type JudgedItem, type MediaFacts, type ReportItem } from './report-item.ts';
import { stillFigure } from './still.ts';
import { tileMaps } from './tile-maps.ts';
import { timeline } from './timeline.ts';
import { badge, evidenceWord, failedLook, score as scoreText, verdictLook, verdictSentence } from './verdict.ts';

/** Everything the page says about one input. */
export function itemSection(item: ReportItem, number: number, encode: ImageEncoder): Promise<Html> | Html {
  return isJudged(item) ? judged(item, number, encode) : failed(item, number);
}

async function judged(item: JudgedItem, number: number, encode: ImageEncoder): Promise<Html> {
  const { result, media } = item;
  const look = verdictLook(result.status);
  const failures = 'failures' in result ? result.failures : [];
  const faces = result.evidence.filter(({ method }) => method !== 'tiles');
  const tiles = result.evidence.filter(({ method }) => method === 'tiles');
  const where = zones(faces);
  return html`<article id="input-${number}" class="input ${look.tone}">
${heading(item, number)}
<div class="verdict${item.still ? ' with-still' : ''}">
<div><p class="word">${look.icon}<span>${look.word}</span></p>
<p class="sentence">${verdictSentence(result)}</p>
${result.score !== null && html`<div class="total"><span class="figure">${scoreText(result.score)}</span>${meter({ score: result.score, threshold: result.threshold, status: result.status, large: true })}</div>`}
</div>${item.still && (await stillFigure(item.still, result.threshold, encode, (media?.durationMs ?? 0) > 0))}
</div>
${
  result.models.length + failures.length > 0 &&
  html`<section><h3>Each model's score</h3><div class="models">${result.models.map(
    (model) =>
      html`<div class="model"><div class="name"><b>${model.name}</b><span>${evidenceWord(model.evidence)}</span></div>${
        model.score === null
          ? html`<span class="dim why">${model.reason ?? 'did not apply'}</span>`
          : html`${meter({ score: model.score, threshold: model.threshold, status: model.status })}<span class="num">${scoreText(model.score)} <small>of ${scoreText(model.threshold)}</small></span>`
      }${badge(verdictLook(model.status))}</div>`,
  )}${failures.map(({ name, error }) => html`<div class="model"><div class="name"><b>${name}</b><span>could not judge</span></div><span class="dim why">${error.message}</span>${badge(failedLook)}</div>`)}</div></section>`
}
${result.segments.length > 0 && html`<section><h3>Score over time</h3>${timeline(result.segments, result.threshold, media?.durationMs)}</section>`}
${tiles.length > 0 && html`<section><h3>Where in the picture</h3>${await tileMaps(tiles, encode)}</section>`}
${(result.curves ?? []).length > 0 && html`<section><h3>Spectrum</h3>${evidenceCurves(result.curves ?? [])}</section>`}
${faces.length > 0 && html`<section><h3>Most suspicious moments</h3>${await moments(faces, result.threshold, encode)}</section>`}
${where && html`<section><h3>Where in the face</h3>${where}</section>`}
${item.methods !== undefined && item.methods.length > 0 && html`<section><h3>Methods</h3><ul class="methods">${item.methods.map(({ name, applied, why }) => html`<li><b>${name}</b> ${applied ? 'applied' : 'not applied'}: ${why}</li>`)}</ul></section>`}
<p class="facts">Judged on ${result.device} in ${duration(result.durationMs)}${media?.durationMs !== undefined && media.durationMs > 0 && html`, ${(media.durationMs / Math.max(1, result.durationMs)).toFixed(1)} times real time`}.</p>
</article>`;
}

export function failed(item: FailedItem, number: number): Html {
  return html`<article id="input-${number}" class="input none">
${heading(item, number)}
<div class="verdict"><div><p class="word">${failedLook.icon}<span>${failedLook.word}</span></p>
<p class="sentence">${item.failure.message}</p>${item.failure.remedy && html`<p class="sentence">${item.failure.remedy}</p>`}
<p class="dim">Error code ${item.failure.code}</p></div></div>
</article>`;
}

export function heading(item: Pick<ReportItem, 'name' | 'media'>, number: number): Html {
  return html`<header><span class="number" aria-hidden="true">${number}</span><div><h2>${item.name}</h2>${mediaLine(item.media)}</div></header>`;
}

function mediaLine(media: MediaFacts | undefined): Html | undefined {
  if (media === undefined) return undefined;
  const facts = [
    media.mimeType,
    media.width !== undefined && media.height !== undefined && `${media.width} × ${media.height}`,
    media.durationMs !== undefined && media.durationMs > 0 && clock(media.durationMs),
    media.frameRate !== undefined && `${Number(media.frameRate.toFixed(2))} frames/s`,
    media.bytes !== undefined && byteSize(media.bytes),
  ].filter((fact) => typeof fact === 'string');
  return html`<p class="media">${facts.join(' · ')}</p>${media.sha256 && html`<p class="media hash" title="SHA-256 of the file">SHA-256 ${media.sha256}</p>`}`;
}
