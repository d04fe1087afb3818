/** The two published BlazeFace variants: `front` for a face at arm's length, `back` for smaller and further faces. */
export type BlazeFaceVariant = 'front' | 'back';

/** Side of the square input in pixels. */
export const INPUT_SIZE: Readonly<Record<BlazeFaceVariant, number>> = { front: 128, back: 256 };

/** Anchors of one model: 16 x 16 cells with 2 anchors, then 8 x 8 cells with 6. */
export const ANCHOR_COUNT: number = 16 * 16 * 2 + 8 * 8 * 6;

/**
 * Anchor centres of BlazeFace's single-shot head, x and y in turn, as fractions of the input's side.
 *
 * Both variants share them: the strides are 8, 16, 16, 16 pixels of a 128-pixel input and 16, 32, 32, 32 of a
 * 256-pixel one, with two anchors per layer and equal strides merged. Anchors have unit size, so only centres matter.
 */
export function anchorCentres(): Float32Array {
  const centres = new Float32Array(ANCHOR_COUNT * 2);
  let at = 0;
  for (const [cells, perCell] of [
    [16, 2],
    [8, 6],
  ] as const) {
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        for (let k = 0; k < perCell; k++) {
          centres[at++] = (column + 0.5) / cells;
          centres[at++] = (row + 0.5) / cells;
        }
      }
    }
  }
  return centres;
}
