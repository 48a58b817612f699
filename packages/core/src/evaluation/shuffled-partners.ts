import { randomBelow, seededRandom } from "./random.ts";

/**
 * For each of `count` pairs, the pair whose partner it gets: a permutation without a fixed point, the same for the same
 * seed on every machine.
 *
 * A plain shuffle gives one pair in all its own partner back, on average and whatever the count; labelled 0, that
 * matching pair is an error in the labels. Sattolo's algorithm (1986: Fisher and Yates' without the draw that leaves a
 * place as it is) joins all places in one random cycle, so nothing lands on itself.
 */
export function shuffledPartners(count: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  const partners = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = randomBelow(random, last);
    const moved = partners[last] ?? 0;
    partners[last] = partners[other] ?? 0;
    partners[other] = moved;
  }
  return partners;
}
