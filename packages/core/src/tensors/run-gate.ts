/**
 * Memory that a worker thread shares with its owner: whether it is inside onnxruntime, where it must not be ended. Its
 * native code throws where nobody can catch it when its thread is being stopped, and that aborts the whole process.
 */
export type RunGate = Int32Array<SharedArrayBuffer>;

const OUTSIDE = 0;
const INSIDE = 1;
const SHUT = 2;

/** A gate with the thread inside, which is where it starts. */
export function createGate(): RunGate {
  const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  gate[0] = INSIDE;
  return gate;
}

/** For the thread: goes inside for `work`. Behind a shut gate nothing is done, and the promise stays open for ever. */
export async function inside<Result>(gate: RunGate, work: () => Promise<Result>): Promise<Result> {
  if (Atomics.compareExchange(gate, 0, OUTSIDE, INSIDE) === SHUT) return new Promise<never>(() => {});
  try {
    return await work();
  } finally {
    leave(gate);
  }
}

/** For the thread: it has come out. */
export function leave(gate: RunGate): void {
  Atomics.compareExchange(gate, 0, INSIDE, OUTSIDE);
  Atomics.notify(gate, 0);
}

/** For the owner: blocks until the thread is outside, but not beyond `deadline`, and keeps it there. */
export function shut(gate: RunGate, { deadline }: { readonly deadline: number }): void {
  while (Atomics.compareExchange(gate, 0, OUTSIDE, SHUT) === INSIDE) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    Atomics.wait(gate, 0, INSIDE, left);
  }
}
