/** Uniformly distributed 32-bit unsigned integers. */
export type RandomSource = () => number;

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). 32-bit integer
 * arithmetic only, so that a seed means the same sequence on every machine; `Math.random` cannot be seeded at all.
 *
 * @param state four 32-bit integers, not all zero.
 */
export function xoshiro128([a, b, c, d]: readonly [number, number, number, number]): RandomSource {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result >>> 0;
  };
}

/** The generator of a seed, a whole number from 0 to 2³² − 1: its state is four steps of a splitmix generator, as its authors advise. */
export function seededRandom(seed: number): RandomSource {
  const next = splitMix(seed);
  return xoshiro128([next(), next(), next(), next()]);
}

/** A whole number from 0 to `bound` − 1, each equally likely: draws that would favour small numbers are repeated. */
export function randomBelow(random: RandomSource, bound: number): number {
  const fair = RANGE - (RANGE % bound);
  for (;;) {
    const draw = random();
    if (draw < fair) return draw % bound;
  }
}

const RANGE = 2 ** 32;

// A Weyl sequence through MurmurHash3's finalizer: neighbouring seeds get unrelated states.
function splitMix(seed: number): RandomSource {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
