import { type Figures, type SessionOutcome, sessionMetrics, sessionOutcome } from '@verilens/metrics';
import type { Stream } from './evidence-data.ts';
import type { Lesson } from './knowledge.ts';
import type { Rows } from './network.ts';

/** Session accuracies and the figures made of them. `answers[t]`: the class named for each test picture after session t. */
export function figuresOf(stream: Stream, answers: readonly Int32Array[]): Figures {
  const { accuracy, average, performanceDrop, base, novel, harmonic, forgetting } = metricsOf(stream, stream.test, answers);
  return {
    ...Object.fromEntries(accuracy.map((value, session) => [`session ${session}`, value])),
    average,
    drop: performanceDrop,
    base: base.at(-1)!,
    new: novel.at(-1)!,
    harmonic: harmonic.at(-1)!,
    forgetting: forgetting.at(-1)!,
  };
}

function metricsOf({ sessionOf, lessons }: Stream, { owners }: Lesson, answers: readonly Int32Array[]): ReturnType<typeof sessionMetrics> {
  return sessionMetrics(
    answers.map((answer, session): SessionOutcome => {
      const known = lessons[session]!.labels.length;
      const kept = Array.from(owners.keys()).filter((place) => owners[place]! < known);
      return sessionOutcome(
        kept.map((place) => answer[place]!),
        kept.map((place) => owners[place]!),
        (owner) => sessionOf[owner],
      );
    }),
  );
}

interface Tested {
  readonly stream: Stream;
  /** Features of `Stream.test` and `Stream.again`. */
  readonly test: Rows;
  readonly again?: Rows;
}

/** What a learner names session after session, on the test pictures and on those nearer to what it learned. */
export interface Marks {
  add(name: (features: Rows) => Promise<Int32Array>): Promise<void>;
  figures(): Figures;
}

/** @param near Whether the pictures of `Stream.again` are asked too, where there are any. */
export function marksOf({ stream, test, again }: Tested, near: boolean): Marks {
  const answers: Int32Array[] = [];
  const answersAgain: Int32Array[] = [];
  return {
    async add(name) {
      answers.push(await name(test));
      if (near && again !== undefined) answersAgain.push(await name(again));
    },
    figures() {
      const figures = figuresOf(stream, answers);
      if (!near || stream.again === undefined) return figures;
      const { accuracy, average } = metricsOf(stream, stream.again, answersAgain);
      return {
        ...figures,
        'hands seen, first': accuracy[0]!,
        'hands seen, last': accuracy.at(-1)!,
        'hands seen, average': average,
      };
    },
  };
}
