/** Edits (insert, delete, replace, swap of neighbours) from one word to the other, case ignored. */
export function editDistance(a: string, b: string): number {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(current[column - 1]! + 1, previous[column]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length]!;
}

/** The name most likely meant, or undefined when none is close: more than half of its letters would have to change. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance && distance <= Math.max(name.length, candidate.length) / 2) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Known: a, b, c. Did you mean "b"?` for the remedy of an UNKNOWN_NAME error. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...known].sort();
  if (names.length === 0) return 'Nothing is registered yet.';
  const shown = names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
  const nearest = nearestName(name, names);
  return `Known: ${shown}.${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`;
}
