import type { EvidenceMap } from '@verilens/core';
import { dataUri } from './data-uri.ts';
import { heatMapImage, rampStops } from './heat-map.ts';
import { type Html, html, raw } from './html.ts';
import type { ImageEncoder } from './report-item.ts';

/** Pictures whose tiles were judged one by one: the picture, and beside it the score of each tile from 0 to 1. */
export async function tileMaps(evidence: readonly EvidenceMap[], encode: ImageEncoder): Promise<Html> {
  const figures = await Promise.all(
    evidence.map(async (map) => {
      const [picture, heat] = await Promise.all([dataUri(map.crop, encode), dataUri(heatMapImage(map, 1, 1), encode)]);
      const size = html`width="${map.crop.width}" height="${map.crop.height}"`;
      return html`<figure class="tiles"><div class="pair"><img src="${picture}" alt="The input, reduced" ${size}><img src="${heat}" alt="Score of each tile" ${size}></div><figcaption>${map.columns} × ${map.rows} tiles${map.model && html`, ${map.model}`}</figcaption></figure>`;
    }),
  );
  return html`${figures}<p class="legend"><span class="ramp" style="background:linear-gradient(90deg, ${raw(rampStops())})"></span> score 0 to 1 of each tile judged on its own, at the resolution of the picture; flat tiles, which hold no clue, are shown as 0.</p>`;
}
