import {
  type EvidenceOptions,
  type Explainer,
  finishedRuns,
  type Image,
  objectiveValue,
  type SaliencyMap,
  throwIfAborted,
} from '@verilens/core';
import { baselineImage, resizeTo } from '@verilens/explain';
import {
  deletionInsertion,
  type Figures,
  infidelity,
  type ObjectiveValues,
  pointingGame,
  randomisationCheck,
  resampleMap,
} from '@verilens/metrics';
import { PLACE } from './config.ts';
import type { EvidenceSize } from './evidence-size.ts';
import type { Case, Domain, Subject } from './evidence-subjects.ts';
import { planesOf } from './neighbours.ts';
import { type OpenVae, openVae } from './open-vae.ts';
import { SHIPPED } from './shipped.ts';

/** One row of the tables: an explainer and its method. */
export interface Contender {
  readonly name: string;
  readonly explainer: Explainer;
  readonly method: string;
}

/** What one seed of one domain gave: for every picture the figures of each contender, by name. */
export interface DomainRun {
  readonly accuracy?: number;
  readonly pictures: readonly Readonly<Record<string, Figures>>[];
}

export const RANDOM = 'random order';
/** How well the VAE draws the pictures again. */
export const VAE = 'VAE';
/** Pictures of one checkpoint. */
const PIECE = 5;

/** Every contender on every picture of one seed. Finished pieces are read from the store. */
export async function runDomain(
  domain: Domain,
  contenders: (domain: Domain) => Promise<readonly Contender[]>,
  seed: number,
  size: EvidenceSize,
  { runtime, signal, checkpoints, onProgress }: Omit<EvidenceOptions, 'seeds'>,
): Promise<DomainRun> {
  const key = `v1-${domain.name.replaceAll(' ', '-')}-${size.images}-${size.samples}-${seed}`;
  const finished = finishedRuns(checkpoints);
  return finished(key, async () => {
    await using subject = await domain.open({ runtime, seed, size, signal, checkpoints });
    const all = await contenders(domain);
    await using vae = await openVae(runtime, SHIPPED, signal);
    const pictures: Readonly<Record<string, Figures>>[] = [];
    for (let from = 0; from < subject.cases.length; from += PIECE) {
      const piece = await finished(`${key}-${from}`, async () => {
        const done: Record<string, Figures>[] = [];
        for (const [k, one] of subject.cases.slice(from, from + PIECE).entries()) {
          throwIfAborted(signal, PLACE);
          const number = from + k;
          onProgress?.(`${domain.name}, seed ${seed}: picture ${number + 1} of ${subject.cases.length}`, number / subject.cases.length);
          done.push(
            await runCase(domain, subject, one, all, {
              seed: 1000 * seed + number,
              sanity: number < (domain.name === 'face embedding' ? Math.ceil(size.sanity / 3) : size.sanity),
              signal,
              vae,
            }),
          );
        }
        return done;
      });
      pictures.push(...piece);
    }
    return { ...(subject.accuracy === undefined ? {} : { accuracy: subject.accuracy }), pictures };
  });
}

interface CaseOptions {
  readonly seed: number;
  /** Compare with the map of the shuffled model. */
  readonly sanity: boolean;
  readonly vae: OpenVae;
  readonly signal?: AbortSignal;
}

async function runCase(
  domain: Domain,
  subject: Subject,
  { image, objective, mask }: Case,
  contenders: readonly Contender[],
  { seed, sanity, signal, vae }: CaseOptions,
): Promise<Record<string, Figures>> {
  const { model, shuffled } = subject;
  const small = resizeTo(image, model.size.width, model.size.height);
  const values: ObjectiveValues = async (count, make) => {
    const rows = await model.score(
      Array.from({ length: count }, (_, index): Image => make(index)),
      { signal },
    );
    return rows.map((row) => objectiveValue(objective, model, row));
  };
  const judged = { image: small, fill: baselineImage(domain.fill, small, PLACE), values };
  const slow = domain.name === 'face embedding';
  // of the two lots that the curves ask for, the second is in random order: the same for every map
  let [lots, random]: [number, Promise<ArrayLike<number>> | undefined] = [0, undefined];
  const curveValues: ObjectiveValues = (count, make) =>
    lots++ % 2 === 0 ? values(count, make) : (random ??= Promise.resolve(values(count, make)));
  const figures: Record<string, Figures> = mask === undefined ? {} : { [VAE]: await drawnAgain(vae, small, mask) };
  for (const { name, explainer, method } of contenders) {
    const call = { method, baseline: domain.fill, fidelity: false, seed, signal } as const;
    const { saliency, durationMs, modelRuns, figures: own } = await explainer.explain(model, image, objective, call);
    const curves = await deletionInsertion({ ...judged, values: curveValues, map: saliency, seed, ...(slow && { steps: 8 }) });
    figures[RANDOM] ??= { deletion: curves.random.deletion, insertion: curves.random.insertion };
    figures[name] = {
      deletion: curves.deletion,
      insertion: curves.insertion,
      ...(!slow && { infidelity: await infidelity({ ...judged, map: saliency, seed }) }),
      ...(mask && pointing(saliency, mask)),
      ...own,
      ...(sanity && { sanity: randomisationCheck(saliency, [(await explainer.explain(shuffled, image, objective, call)).saliency]).mean }),
      seconds: durationMs / 1000,
      runs: modelRuns,
    };
  }
  return figures;
}

function pointing(saliency: SaliencyMap, mask: NonNullable<Case['mask']>): Figures {
  const { hit, inside } = pointingGame(saliency, mask);
  return { pointing: hit, inside };
}

/** Mean squared error a value, inside the true mask and outside: what the VAE cannot draw, no neighbour can change. */
async function drawnAgain(vae: OpenVae, image: Image, mask: NonNullable<Case['mask']>): Promise<Figures> {
  const wanted = planesOf(image, vae.side);
  const made = await vae.decode(await vae.encode(image));
  const area = vae.side ** 2;
  const inside = resampleMap({ ...mask, values: Float32Array.from(mask.values) }, vae.side, vae.side).values;
  const mean = (part: (share: number) => number): number => {
    let [sum, weight] = [0, 0];
    made.forEach((value, k) => {
      sum += part(inside[k % area]!) * (value - wanted[k]!) ** 2;
      weight += part(inside[k % area]!);
    });
    return sum / weight;
  };
  return { 'error inside': mean((share) => share), 'error outside': mean((share) => 1 - share) };
}
