import type { DetectionResult, DetectionStatus, EvidenceKind, PanelResult } from '@verilens/core';
import { type Html, html, raw } from './html.ts';

/** How a status is shown: never by colour alone, always with a shape and a word. */
export interface VerdictLook {
  readonly word: string;
  /** CSS class that carries the colour. */
  readonly tone: 'good' | 'bad' | 'unsure' | 'none';
  readonly icon: Html;
}

const icon = (path: string): Html =>
  raw(
    `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${path}</svg>`,
  );

const looks: Readonly<Record<DetectionStatus, VerdictLook>> = {
  AUTHENTIC: { word: 'Authentic', tone: 'good', icon: icon('<circle cx="12" cy="12" r="9.5"/><path d="m7.5 12.4 3 3 6-6.6"/>') },
  MANIPULATED: { word: 'Manipulated', tone: 'bad', icon: icon('<path d="M12 3 1.8 20.5h20.4L12 3Z"/><path d="M12 10v4.6M12 17.4v.1"/>') },
  INCONCLUSIVE: {
    word: 'Inconclusive',
    tone: 'unsure',
    icon: icon('<circle cx="12" cy="12" r="9.5"/><path d="M9.3 9.4a2.8 2.8 0 1 1 3.9 2.6c-.8.4-1.2.9-1.2 1.8M12 17v.1"/>'),
  },
  NOT_APPLICABLE: { word: 'Not applicable', tone: 'none', icon: icon('<circle cx="12" cy="12" r="9.5"/><path d="M8 12h8"/>') },
};

export const failedLook: VerdictLook = {
  word: 'Not judged',
  tone: 'none',
  icon: icon('<path d="M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8L8 2.5Z"/><path d="m9 9 6 6m0-6-6 6"/>'),
};

export function verdictLook(status: DetectionStatus): VerdictLook {
  return looks[status];
}

/** The verdict as one plain sentence, with what it rests on. */
export function verdictSentence(result: DetectionResult | PanelResult): string {
  const rate = 'falseAlarmRate' in result ? result.falseAlarmRate : undefined;
  switch (result.status) {
    case 'MANIPULATED':
      return `The score reaches the threshold of ${score(result.threshold)}: traces were found that manipulation leaves and that authentic material rarely shows${rate === undefined ? '' : ` (at most ${Number((rate * 100).toPrecision(2))} % of the authentic material it was calibrated on)`}.`;
    case 'AUTHENTIC':
      return 'None of the traces these models know were found. A forgery of a kind they were not trained on can look the same to them.';
    case 'INCONCLUSIVE':
      return result.reason ?? 'The score lies between the bounds for authentic and for manipulated material, so no verdict is given.';
    case 'NOT_APPLICABLE':
      return result.reason ?? 'No model could judge this input.';
  }
}

const evidenceWords: Readonly<Record<EvidenceKind, string>> = {
  temporal: 'how the face changes from frame to frame',
  spatial: 'texture and edges within single frames',
  frequency: 'the frequency pattern of single frames',
  fused: 'all evidence together',
};

export function evidenceWord(kind: EvidenceKind): string {
  return evidenceWords[kind];
}

/** The coloured word with its shape. */
export function badge(look: VerdictLook): Html {
  return html`<span class="badge ${look.tone}">${look.icon}${look.word}</span>`;
}

/** Scores are shown with two decimals, cut and not rounded, so that 0.996 is never read as certainty. */
export function score(value: number): string {
  return (Math.floor(Math.min(1, Math.max(0, value)) * 100 + 1e-9) / 100).toFixed(2);
}
