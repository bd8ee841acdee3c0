/** Where the sources of one list are in another. PURE. */
import type { Places } from './source-choice.js';

/** A source is told by its URL; of one that is there twice, the first stays the first. */
export function placesOf(before: readonly string[], after: readonly string[]): Places {
  const taken = new Set<number>();
  return before.map((url) => {
    const place = after.findIndex((other, index) => other === url && !taken.has(index));
    if (place < 0) return undefined;
    taken.add(place);
    return place;
  });
}
