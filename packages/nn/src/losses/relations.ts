import { div, mul, square, sub } from '../ops/elementwise.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { sum } from '../ops/reduce.ts';
import { describe, shapeError, type Sym } from '../sym.ts';
import { huberOf } from './regression.ts';
import { differences, distances, unitVectors } from '../functions/distances.ts';

/**
 * Distillation of distances between the samples of a batch, Park et al. 2019 (RKD-D): rows student [B, d] and teacher [B, e], each
 * set of distances divided by its mean, Huber over all pairs. The widths may differ.
 */
export function distanceRelation(student: Sym, teacher: Sym): Sym {
  const n = checkBatch('distanceRelation', student, teacher, 2);
  const relative = (x: Sym): Sym => {
    const d = distances(x);
    return div(d, mul(sum(d), 1 / (n * n - n)));
  };
  return mul(sum(huberOf(sub(relative(student), relative(teacher)))), 1 / (n * n - n));
}

/** Distillation of angles between triplets of samples, Park et al. 2019 (RKD-A): Huber over all angles at a third sample. Memory grows as B^3. */
export function angleRelation(student: Sym, teacher: Sym): Sym {
  const n = checkBatch('angleRelation', student, teacher, 3);
  // [at j, i, k]: cosine of the angle between x_i - x_j and x_k - x_j
  const angles = (x: Sym): Sym => {
    const e = unitVectors(differences(x));
    return matmul(e, e, { transB: true });
  };
  return mul(sum(huberOf(sub(angles(student), angles(teacher)))), 1 / (n * (n - 1) * (n - 2)));
}

/** Distillation of the whole batch's similarities: mean squared difference of the Gram matrices, each row scaled to length 1. */
export function gramRelation(student: Sym, teacher: Sym): Sym {
  const n = checkBatch('gramRelation', student, teacher, 1);
  const gram = (x: Sym): Sym => unitVectors(matmul(x, x, { transB: true }));
  return mul(sum(square(sub(gram(student), gram(teacher)))), 1 / n ** 2);
}

function checkBatch(op: string, student: Sym, teacher: Sym, least: number): number {
  const n = student.shape[0]!;
  if (student.shape.length !== 2 || teacher.shape.length !== 2 || teacher.shape[0] !== n || n < least)
    throw shapeError(
      op,
      `student [B, d] and teacher [B, e] with B >= ${least}`,
      `${describe(student)} and ${describe(teacher)}`,
      'Flatten each sample into one row.',
    );
  return n;
}
