/** 0 where one of them has no direction. */
export function cosineSimilarity(left: Float32Array, right: Float32Array = new Float32Array()): number {
  let [dot, some, others] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    const [one = 0, other = 0] = [left[at], right[at]];
    dot += one * other;
    some += one * one;
    others += other * other;
  }
  return some * others === 0 ? 0 : dot / Math.sqrt(some * others);
}
