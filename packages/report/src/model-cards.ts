import type { ModelCard } from '@verilens/core';
import { type Html, html } from './html.ts';
import type { ReportModel } from './report-item.ts';

/** What took part, where it came from, how its numbers are to be read. */
export function modelCards(models: readonly ReportModel[]): Html | undefined {
  if (models.length === 0) return undefined;
  return html`<section class="cards"><h2>The models</h2>${models.map((model) => {
    const paper = model.cards.find((card) => card.paper)?.paper;
    return html`<details open><summary><b>${model.name}</b>${model.version && html` <span class="dim">${model.version}</span>`}${paper && html` <span class="dim">after ${paper.title} (${paper.venue} ${paper.year})</span>`}</summary>${
      model.cards.length === 0
        ? html`<p class="dim">This detector carries no model card: nothing is known here of its training and its limits.</p>`
        : model.cards.map(cardBody)
    }</details>`;
  })}</section>`;
}

function cardBody(card: ModelCard): Html {
  const { calibration, training, paper } = card;
  const rows: readonly (readonly [string, string | Html])[] = [
    ['Model', html`${card.name} ${card.version}, ${card.licence}`],
    ...(paper ? [['Paper', html`${paper.title}. ${paper.venue} ${paper.year}. <span class="url">${paper.url}</span>`] as const] : []),
    ...(training
      ? [
          ['Trained on', html`${training.data.join('; ')}`] as const,
          ['Trained by', html`<code>${training.command}</code>, seed ${training.seed}`] as const,
        ]
      : []),
    ...(calibration
      ? [
          [
            'Calibrated on',
            `${calibration.data}. Authentic below ${calibration.authenticBelow}, manipulated from ${calibration.manipulatedAt}: at most ${percent(calibration.falseAlarmRate)} of authentic items reach that.`,
          ] as const,
        ]
      : [['Calibrated on', 'not stated: read the score as an order, not as a probability'] as const]),
    ['SHA-256', html`<code class="hash">${card.sha256}</code>`],
  ];
  return html`<div class="card"><dl>${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>${
    card.notes.length > 0 && html`<p class="dim">Deviations and limits</p><ul>${card.notes.map((note) => html`<li>${note}</li>`)}</ul>`
  }</div>`;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))} %`;
}
