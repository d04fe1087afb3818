import { clock } from './format.ts';
import { dataUri } from './data-uri.ts';
import { type Html, html } from './html.ts';
import type { ImageEncoder, Still } from './report-item.ts';
import { score as scoreText } from './verdict.ts';

/**
 * The whole picture, each judged region outlined; the outline is drawn over the picture, its pixels stay as they are.
 * @param timed whether the picture is a moment of a video
 */
export async function stillFigure(still: Still, threshold: number, encode: ImageEncoder, timed: boolean): Promise<Html> {
  const { width, height } = still.image;
  const caption = timed
    ? `at ${clock(still.timestampMs)}`
    : still.regions.some(({ score }) => score >= threshold) && 'Red: places whose own score reaches the threshold.';
  const line = Math.max(1.5, width / 220);
  return html`<figure class="still"><div style="aspect-ratio:${width}/${height}"><img src="${await dataUri(still.image, encode)}" alt="The input${timed && ` at ${clock(still.timestampMs)}`}"><svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${still.regions.map(
    ({ box, score }) =>
      html`<g class="${score >= threshold ? 'over' : 'under'}" stroke-width="${line.toFixed(1)}"><rect x="${box.x.toFixed(1)}" y="${box.y.toFixed(1)}" width="${box.width.toFixed(1)}" height="${box.height.toFixed(1)}" rx="${(line * 2).toFixed(1)}"/><title>score ${scoreText(score)}</title></g>`,
  )}</svg></div><figcaption>${caption}</figcaption></figure>`;
}
