import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { maxDifference } from "../../../../../testing/golden/golden.ts";
import { GraphBuilder } from "../../graph/graph-builder.ts";
import { pool } from "./pooling.ts";
import type { PoolingMode } from "./pooling.ts";

export interface PooledBatch {
  /** Row-major [B,S,H]. */
  readonly hiddenStates: Float32Array;
  readonly dims: readonly [number, number, number];
  /** [B,S]; left out, the graph is built without one. */
  readonly attentionMask?: Int32Array;
}

/** Runs a graph of nothing but pooling. */
export async function runPooling(
  modes: readonly PoolingMode[],
  { hiddenStates, dims, attentionMask }: PooledBatch,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  const states = graph.input("states", { type: "float32", dims: ["b", "s", dims[2]] });
  const mask = attentionMask && graph.input("mask", { type: "int32", dims: ["b", "s"] });
  const pooled = pool(graph, modes, { hiddenStates: states, attentionMask: mask });
  graph.output("vectors", pooled, { type: "float32", dims: ["b", modes.length * dims[2]] });
  const session = await InferenceSession.create(graph.finish(), { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const outputs = await session.run({
    states: new Tensor("float32", hiddenStates, dims),
    ...(attentionMask && { mask: new Tensor("int32", attentionMask, dims.slice(0, 2)) }),
  });
  await session.release();
  if (!(outputs["vectors"]?.data instanceof Float32Array)) throw new TypeError("no vectors");
  return outputs["vectors"].data;
}

/** What holds for every pooling mode. */
export function testPooling(mode: PoolingMode): void {
  const [tokens, hidden] = [5, 3];
  const text = Float32Array.from({ length: tokens * hidden }, (_, index) => Math.sin(index * 1.7) * 3);
  const ones = new Int32Array(tokens).fill(1);

  describe(`pooling ${mode}`, () => {
    test("without a mask it is what a mask of ones makes it", async () => {
      const dims = [1, tokens, hidden] as const;
      const plain = await runPooling([mode], { hiddenStates: text, dims });
      const masked = await runPooling([mode], { hiddenStates: text, dims, attentionMask: ones });
      expect(maxDifference(plain, masked)).toBeLessThanOrEqual(1e-6);
    });

    test.each([0, 1, 4])("%d padded positions before the text change nothing, whatever they hold", async (before) => {
      const after = 4 - before;
      const noise = (count: number): Float32Array => new Float32Array(count * hidden).fill(1e3);
      const padded = Float32Array.of(...noise(before), ...text, ...noise(after));
      const attentionMask = Int32Array.of(...new Int32Array(before), ...ones, ...new Int32Array(after));
      const alone = await runPooling([mode], { hiddenStates: text, dims: [1, tokens, hidden] });
      const vector = await runPooling([mode], { hiddenStates: padded, dims: [1, tokens + 4, hidden], attentionMask });
      expect(maxDifference(vector, alone)).toBeLessThanOrEqual(1e-6);
    });

    test("rows do not see each other", async () => {
      const other = text.map((value) => -value * 2);
      const alone = await runPooling([mode], { hiddenStates: other, dims: [1, tokens, hidden] });
      const both = await runPooling([mode], {
        hiddenStates: Float32Array.of(...text, ...other),
        dims: [2, tokens, hidden],
      });
      expect(maxDifference(both.subarray(hidden), alone)).toBeLessThanOrEqual(1e-6);
    });
  });
}
