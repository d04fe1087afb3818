import type { DetectionStatus, EvidenceKind } from '@verilens/core';
import type { Verdict } from '../../protocol.ts';
import { duration, h, scoreText, svg } from '../../shell/dom.ts';

/** Never by colour alone: each status has a word and a shape. */
const LOOKS: Readonly<Record<DetectionStatus, { readonly word: string; readonly path: string }>> = {
  AUTHENTIC: { word: 'Authentic', path: 'M2.5 12a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0m5 .4 3 3 6-6.6' },
  MANIPULATED: { word: 'Manipulated', path: 'M12 3 1.8 20.5h20.4L12 3Zm0 7v4.6m0 2.8v.1' },
  INCONCLUSIVE: {
    word: 'Inconclusive',
    path: 'M2.5 12a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0m6.8-2.6a2.8 2.8 0 1 1 3.9 2.6c-.8.4-1.2.9-1.2 1.8M12 17v.1',
  },
  NOT_APPLICABLE: { word: 'Not applicable', path: 'M2.5 12a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0M8 12h8' },
};

const EVIDENCE: Readonly<Record<EvidenceKind, string>> = {
  temporal: 'how the face changes from frame to frame',
  spatial: 'texture and edges within single frames',
  frequency: 'the frequency pattern of single frames',
  fused: 'all evidence together',
};

/** The answer in words, its score against the threshold, and each model's own. */
export function verdictView(verdict: Verdict): HTMLElement {
  const { status, score, threshold, sentence, models, device, durationMs, mediaMs } = verdict;
  const { word, path } = LOOKS[status];
  const speed = mediaMs > 0 ? `, ${(mediaMs / Math.max(1, durationMs)).toFixed(1)} times real time` : '';
  return h(
    'div',
    { class: 'stack' },
    h(
      'div',
      { class: 'verdict', 'data-status': status },
      h('p', { class: 'word' }, svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: path })), word),
      h('p', {}, sentence.charAt(0).toUpperCase() + sentence.slice(1)),
      score === null ? undefined : gauge(score, threshold),
    ),
    models.length > 0 && modelTable(verdict),
    h('p', { class: 'small dim' }, `Judged on ${device} in ${duration(durationMs)}${speed}.`),
    limits(),
  );
}

function gauge(score: number, threshold: number): HTMLElement {
  const fill = h('div', { class: 'fill' });
  fill.style.width = `${score * 100}%`;
  const mark = h('div', { class: 'mark' }, h('span', {}, `manipulated from ${scoreText(threshold)}`));
  mark.style.left = `${threshold * 100}%`;
  return h(
    'div',
    {},
    h('p', { class: 'small dim' }, `Score ${scoreText(score)} of 1`),
    h(
      'div',
      { class: 'gauge', role: 'img', 'aria-label': `Score ${scoreText(score)}; manipulated from ${scoreText(threshold)}` },
      fill,
      mark,
    ),
  );
}

function modelTable({ models }: Verdict): HTMLElement {
  // Who had nothing to say is named only where nobody else said anything.
  const spoke = models.filter(({ score }) => score !== null);
  const rows = (spoke.length > 0 ? spoke : models).map(({ name, evidence, score, threshold, status, reason }) =>
    h(
      'tr',
      {},
      h('td', {}, name, h('span', {}, score === null ? (reason ?? 'did not apply') : EVIDENCE[evidence])),
      h('td', { class: 'number' }, score === null ? '–' : `${scoreText(score)} of\u00a0${scoreText(threshold)}`),
      h('td', { class: 'number' }, LOOKS[status].word),
    ),
  );
  return h(
    'table',
    { class: 'models' },
    h('thead', {}, h('tr', {}, h('th', {}, 'Model'), h('th', { class: 'number' }, 'Score'), h('th', { class: 'number' }, 'Alone'))),
    h('tbody', {}, ...rows),
  );
}

function limits(): HTMLElement {
  const points = [
    '“Manipulated” means that the score reached a threshold which authentic material rarely reaches. Strong compression, filters, screen recordings and unusual light can cause it too.',
    '“Authentic” means that no trace these models know was found. A kind of forgery they have not seen can pass.',
    'The models learnt from few people. Error rates by age, gender or skin colour are not measured; assume that they differ.',
    'Have a person look at the original and where it came from before anything depends on this. Never act against anyone on a score alone.',
  ];
  return h(
    'details',
    { class: 'limits' },
    h('summary', {}, 'A measurement, not a proof: what this verdict can mean'),
    h('ul', {}, ...points.map((point) => h('li', {}, point))),
  );
}
