import type { DetectionStatus } from '@verilens/core';
import { isJudged, type ReportItem, scoreText } from '@verilens/report';
import { failureLine } from './failure.ts';
import { paint, type Paint, printable, type Terminal } from './terminal.ts';

const colours: Readonly<Record<DetectionStatus, Paint>> = {
  AUTHENTIC: 'green',
  MANIPULATED: 'red',
  INCONCLUSIVE: 'yellow',
  NOT_APPLICABLE: 'dim',
};

/** One input as one line: status, score, name, then each model's score or the reason. */
export function verdictLine(item: ReportItem, terminal: Pick<Terminal, 'colour'>): string {
  if (!isJudged(item))
    return `${paint(terminal, 'red', 'FAILED'.padEnd(14))}  ${' '.repeat(4)}  ${printable(item.name)}  ${printable(failureLine(item.failure))}`;
  const { status, score, models } = item.result;
  // the lines of the methods below it say the same
  const reason = status === 'NOT_APPLICABLE' && (item.methods?.length ?? 0) > 1 ? undefined : item.result.reason;
  const details = [
    models
      .flatMap((model) => (model.score === null ? [] : [`${model.name} ${scoreText(model.score)}/${scoreText(model.threshold)}`]))
      .join(', '),
    status === 'AUTHENTIC' || status === 'MANIPULATED' ? '' : (reason ?? ''),
  ].filter((part) => part !== '');
  const failures = 'failures' in item.result ? item.result.failures.map(({ name, error }) => `${name} failed: ${error.code}`) : [];
  return `${paint(terminal, colours[status], status.padEnd(14))}  ${score === null ? ' -  ' : scoreText(score)}  ${printable(item.name)}  ${paint(terminal, 'dim', printable([...details, ...failures].join('; ')))}`.trimEnd();
}
