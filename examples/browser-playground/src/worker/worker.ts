import type { ToPage, ToWorker } from '../protocol.ts';
import { check, moment, warm } from './check.ts';
import { answerCalls } from './dispatch.ts';
import { example } from './examples.ts';
import { explain } from './explain.ts';
import { workerSession } from './session.ts';
import { drawnClass, learn, predict, restore } from './teach.ts';
import { firstFrame, track } from './track.ts';
import { train } from './train.ts';

/** The engine of the playground: everything that computes runs here, so that the page stays free. */
const scope = globalThis as unknown as {
  postMessage(message: ToPage, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};
const session = workerSession((message) => post(message));
const post = answerCalls(scope, {
  open: ({ device }) => session.open(device),
  warm: () => warm(session),
  example,
  check: check(session),
  moment: moment(session),
  firstFrame,
  track: track(session),
  explain: explain(session),
  learn: learn(session),
  drawnClass,
  predict: predict(session),
  restore: restore(session),
  train: train(session),
});
