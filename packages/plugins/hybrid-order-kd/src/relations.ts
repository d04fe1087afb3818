import { add, angleRelation, distanceRelation, gramRelation, mul, square, sub, sum, type Sym, unitVectors } from '@verilens/nn';

/** Weights of what a guide asks of its learner. 0: not asked. */
export interface RelationWeights {
  /** Order 1: each embedding points where the guide's does. */
  readonly individual: number;
  /** Order 2: distances between two pictures, in units of their mean. */
  readonly pair: number;
  /** Order 3: angles among three pictures. */
  readonly triplet: number;
  /** All pictures of a batch at once: rows of the Gram matrix. */
  readonly group: number;
  /** Softened logits, tau = 4. */
  readonly logits: number;
}

export const NO_RELATIONS: RelationWeights = { individual: 0, pair: 0, triplet: 0, group: 0, logits: 0 };

/** The method's weights. */
export const HYBRID_ORDER: RelationWeights = { individual: 1, pair: 1, triplet: 2, group: 0, logits: 0.5 };

export const ORDERS = ['individual', 'pair', 'triplet', 'group'] as const;
export type Order = (typeof ORDERS)[number];

/** Order 1: mean squared distance of unit vectors; rows projected [B, d] and guide [B, d]. 0..4 */
export function individualRelation(projected: Sym, guide: Sym): Sym {
  return mul(sum(square(sub(unitVectors(projected), unitVectors(guide)))), 1 / guide.shape[0]!);
}

/**
 * One order's distance between learner and guide, a scalar of at least 0.
 *
 * @param learner [B, d]
 * @param projected [B, e], the learner's rows in the guide's space; for order 1 alone
 * @param guide [B, e]
 */
export function relation(order: Order, learner: Sym, projected: Sym, guide: Sym): Sym {
  switch (order) {
    case 'individual':
      return individualRelation(projected, guide);
    case 'pair':
      return distanceRelation(learner, guide);
    case 'triplet':
      return angleRelation(learner, guide);
    case 'group':
      return gramRelation(learner, guide);
  }
}

/** Sum of the orders that have a weight; undefined when none has. */
export function relationLoss(weights: RelationWeights, learner: Sym, projected: Sym, guide: Sym): Sym | undefined {
  return ORDERS.filter((order) => weights[order] > 0)
    .map((order) => mul(relation(order, learner, projected, guide), weights[order]))
    .reduce<Sym | undefined>((total, term) => (total === undefined ? term : add(total, term)), undefined);
}
