import type { DetectionStatus } from '@verilens/core';
import { type Html, html } from './html.ts';
import { score as scoreText, verdictLook } from './verdict.ts';

/** A score on a scale of 0 to 1, with the threshold marked. */
export function meter(options: { score: number; threshold: number; status: DetectionStatus; large?: boolean }): Html {
  const { score, threshold, status, large } = options;
  const percent = (value: number): string => `${(Math.min(1, Math.max(0, value)) * 100).toFixed(2)}%`;
  const label = `Score ${scoreText(score)} of 1; manipulated from ${scoreText(threshold)}`;
  return html`<div class="meter ${verdictLook(status).tone}${large ? ' large' : ''}" role="img" aria-label="${label}" title="${label}">
  <span class="fill" style="width:${percent(score)}"></span><span class="mark" style="left:${percent(threshold)}"></span>${
    large &&
    html`<span class="scale"><span>0</span><span class="at" style="left:${percent(threshold)}">threshold ${scoreText(threshold)}</span><span>1</span></span>`
  }
</div>`;
}
