import type { EvidenceMap } from '@verilens/core';
import { dataUri } from './data-uri.ts';
import { zoneShares } from './face-zones.ts';
import { clock } from './format.ts';
import { heatMapImage, highest, rampStops } from './heat-map.ts';
import { type Html, html, raw } from './html.ts';
import type { ImageEncoder } from './report-item.ts';
import { score as scoreText } from './verdict.ts';

/** Below this fall of the score no single place decides, and a heat map would only show noise. */
const faint = 0.005;

/** The most suspicious moments: each face crop beside itself under the heat map. */
export async function moments(evidence: readonly EvidenceMap[], threshold: number, encode: ImageEncoder): Promise<Html> {
  const sorted = evidence.toSorted((a, b) => b.score - a.score);
  const figures = await Promise.all(sorted.map((map) => moment(map, threshold, encode)));
  const method = sorted[0]?.method ?? 'occlusion';
  const strongest = Math.max(0, ...sorted.map(highest));
  return html`<div class="moments">${figures}</div>
<p class="legend"><span class="ramp" style="background:linear-gradient(90deg, ${raw(rampStops())})"></span> least to most evidence within each picture. ${
    method === 'occlusion'
      ? `Measured by occlusion: each cell of the face is hidden in turn, and its colour is how far the score falls (at most ${strongest.toFixed(2)} here).`
      : 'Measured by attention: the weight the model gives each cell of the face. Weight is not proof of influence.'
  }</p>`;
}

async function moment(map: EvidenceMap, threshold: number, encode: ImageEncoder): Promise<Html> {
  const [crop, heat] = await Promise.all([
    dataUri(map.crop, encode),
    highest(map) > faint || map.method === 'attention'
      ? dataUri(heatMapImage(map, Math.max(1, Math.round(192 / map.crop.width))), encode)
      : undefined,
  ]);
  const at = clock(map.timestampMs);
  return html`<figure class="moment"><div class="pair"><img src="${crop}" alt="Face ${map.trackId + 1} at ${at}" width="192" height="192">${
    heat === undefined
      ? html`<span class="no-heat">no single place decides</span>`
      : html`<img src="${heat}" alt="Where the evidence lies in this face at ${at}" width="192" height="192">`
  }</div><figcaption><b>${at}</b> <span>face ${map.trackId + 1}${map.model && html`, ${map.model}`}</span> <span class="${map.score >= threshold ? 'over' : 'under'}">score ${scoreText(map.score)}</span></figcaption></figure>`;
}

/** In which parts of the face the evidence of all moments lies. */
export function zones(evidence: readonly EvidenceMap[]): Html | undefined {
  const maps = evidence.filter((map) => highest(map) > faint || map.method === 'attention');
  const shares = zoneShares(maps);
  if (shares.length === 0) return undefined;
  return html`<dl class="zones">${shares.map(
    ({ zone, share }) =>
      html`<div><dt>${zone}</dt><dd><span class="track-bar"><span style="width:${(share * 100).toFixed(1)}%"></span></span><span class="num">${Math.round(share * 100)} %</span></dd></div>`,
  )}</dl>`;
}
