import { GraphBuilder } from "../graph/graph-builder.ts";
import { openSession } from "../tensors/session.ts";
import { addLargestProducts, isExact } from "./exact-products.ts";
import type { WeightBytes } from "./model-precision.ts";

let found: Promise<WeightBytes> | undefined;

/** The weights that this processor multiplies exactly: int8 where it has instructions for them, else uint8. */
export function exactWeightBytes(): Promise<WeightBytes> {
  return (found ??= multipliesExactly("int8").then((isExact) => (isExact ? "int8" : "uint8")));
}

/** Whether onnxruntime multiplies such weights exactly on this processor; takes milliseconds. */
export async function multipliesExactly(weightBytes: WeightBytes): Promise<boolean> {
  const graph = new GraphBuilder("", { weightBytes });
  addLargestProducts(graph);
  const session = await openSession({ model: graph.finish(), weightsFolder: process.cwd(), threads: 1 });
  try {
    const { data } = await session.run({});
    return isExact(data);
  } finally {
    await session.release();
  }
}
