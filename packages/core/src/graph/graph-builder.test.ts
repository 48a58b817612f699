import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { openSession } from "../tensors/session.ts";
import { GraphBuilder } from "./graph-builder.ts";

describe("weights lie in the user's file", () => {
  test("at any offset, as float16 widened on load", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "weights.bin");
    const values = new Uint16Array([0x3c00, 0xc000, 0x3800]); // 1, -2, 0.5
    await writeFile(file, Buffer.concat([Buffer.alloc(11), Buffer.from(values.buffer)]));

    const graph = new GraphBuilder(directory.path);
    const input = graph.input("x", { type: "int32", dims: ["n"] });
    const weight = graph.weight({ name: "w", file, dtype: "F16", shape: [3], offset: 11, length: 6 });
    graph.output("y", graph.node("Mul", [graph.widen(input), weight]), { type: "float32", dims: ["n"] });

    const session = await openSession({ model: graph.finish(), weightsFolder: directory.path, threads: 1 });
    const { data, dims } = await session.run({ x: { data: Int32Array.of(3, 5, 7), dims: [3] } });
    await session.release();
    expect([[...data], dims]).toEqual([[3, -10, 3.5], [3]]);
  });

  test("a type that cannot be computed with is refused", () => {
    const tensor = { name: "w", file: "f", dtype: "I64", shape: [1], offset: 0, length: 8 } as const;
    expect(() => new GraphBuilder().weight(tensor)).toThrowError(/stored as I64/u);
  });
});

test("any attribute and constant survives: onnxruntime computes what the graph says", async () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(finite, { minLength: 2, maxLength: 6 }),
      finite,
      fc.boolean(),
      async (values, factor, flip) => {
        const graph = new GraphBuilder();
        const input = graph.input("x", { type: "float32", dims: [1, values.length] });
        const scaled = graph.node("Mul", [input, graph.scalar(factor)]);
        const turned = flip ? graph.node("Transpose", [scaled], { perm: [1, 0] }) : scaled;
        graph.output("y", graph.node("Reshape", [turned, graph.integers(-1)]), { type: "float32", dims: ["n"] });
        const session = await InferenceSession.create(graph.finish(), { logSeverityLevel: 4 });
        const { y } = await session.run({ x: new Tensor("float32", Float32Array.from(values), [1, values.length]) });
        await session.release();
        expect(y?.data).toEqual(Float32Array.from(values, (value) => value * Math.fround(factor)));
      },
    ),
    { numRuns: 20 },
  );
});
