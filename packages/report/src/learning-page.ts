import type { Image } from '@verilens/core';
import { type Confusion, confusionSection } from './confusion.ts';
import { dataUri } from './data-uri.ts';
import { byteSize } from './format.ts';
import { type Html, html } from './html.ts';
import { learningStyle } from './learning-style.ts';
import { pageShell } from './page-shell.ts';
import type { ImageEncoder } from './report-item.ts';
import { percent, sessionCurve, type SessionPoint } from './session-curve.ts';

export interface LearnedSession {
  readonly name: string;
  readonly classes: readonly string[];
  /** Pictures learned from. */
  readonly pictures: number;
  /** Classes known after it. */
  readonly known: number;
  readonly seconds: number;
  /** On test pictures; left out when there were none. */
  readonly accuracy?: Omit<SessionPoint, 'name'>;
}

/** A picture that a learner keeps. */
export interface KeptPicture {
  readonly label: string;
  readonly image: Image;
}

export interface LearningReport {
  /** The learner's file. */
  readonly learner: string;
  readonly method: string;
  readonly device: string;
  readonly sessions: readonly LearnedSession[];
  readonly memory: { readonly exemplars: number; readonly bytes: number };
  /** After the last session. */
  readonly confusion?: Confusion;
  readonly kept: readonly KeptPicture[];
  /** Classes that were known before these sessions. */
  readonly knownBefore?: number;
}

export interface LearningReportOptions {
  readonly encode: ImageEncoder;
  readonly date?: Date;
  readonly generator?: string;
  readonly incomplete?: boolean;
}

/** What was learned session after session, what is mixed up, and the pictures that are kept, as one HTML page that needs nothing else. */
export async function learningHtml(report: LearningReport, options: LearningReportOptions): Promise<string> {
  const { sessions, confusion, learner, method, device, knownBefore = 0 } = report;
  const points = sessions.flatMap(({ name, accuracy }) => (accuracy === undefined ? [] : [{ name, ...accuracy }]));
  return pageShell({
    title: 'Learning report',
    date: options.date,
    inputs: sessions.reduce((sum, { pictures }) => sum + pictures, 0),
    generator: options.generator,
    style: learningStyle,
    head: html`<p class="dim">${learner}, learned by ${method} on ${device}${knownBefore > 0 && html`; ${knownBefore} classes were known before`}</p>
${options.incomplete && html`<p class="warning">The run was interrupted: later sessions were not learned.</p>`}`,
    body: [
      html`<article class="input"><section class="opening"><h3>Sessions</h3>
${points.length > 0 ? sessionCurve(points) : html`<p class="dim">No test pictures were given: how well the classes are told apart was not measured.</p>`}
${sessionTable(sessions)}</section></article>`,
      confusion !== undefined &&
        html`<article class="input"><section class="opening"><h3>What was called what, after the last session</h3>${confusionSection(confusion)}</section></article>`,
      await keptSection(report, options.encode),
    ],
  });
}

function sessionTable(sessions: readonly LearnedSession[]): Html {
  return html`<div class="scroll"><table><thead><tr><th>Session</th><th>New classes</th><th>Pictures</th><th>Known</th><th>Right</th><th>Seconds</th></tr></thead><tbody>${sessions.map(
    ({ name, classes, pictures, known, accuracy, seconds }) =>
      html`<tr><td>${name}</td><td>${listed(classes)}</td><td class="num">${pictures}</td><td class="num">${known}</td><td class="num">${accuracy === undefined ? '' : percent(accuracy.all)}</td><td class="num">${seconds.toFixed(1)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** The first few, and how many more. */
function listed(names: readonly string[], most: number = 12): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

async function keptSection({ kept, memory }: LearningReport, encode: ImageEncoder): Promise<Html | false> {
  if (kept.length === 0) return false;
  const byLabel = new Map<string, Html[]>();
  for (const { label, image } of kept) {
    const shown = html`<img src="${await dataUri(image, encode)}" alt="A picture kept of ${label}">`;
    byLabel.set(label, [...(byLabel.get(label) ?? []), shown]);
  }
  return html`<article class="input"><section class="opening"><h3>The pictures that are kept</h3>
<p class="dim">${memory.exemplars} pictures, ${byteSize(memory.bytes)}. They are in the learner's file: whoever is given it is given them.</p>
<div class="kept">${[...byLabel].map(([label, pictures]) => html`<figure><div>${pictures}</div><figcaption>${label}</figcaption></figure>`)}</div></section></article>`;
}
