import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { goldenFolder } from "../../../../testing/golden/folders.ts";
import { ModelError } from "../errors.ts";
import { encodeModel } from "../graph/onnx-proto.ts";
import type { ModelDescription, TensorDescription } from "../graph/onnx-proto.ts";
import { readOnnxSignature } from "./onnx-signature.ts";

const external = join(goldenFolder("onnx-external-data"), "onnx", "model.onnx");

test("an exported model: names, types and sizes, and the file of its weights", async () => {
  const integers = { elementType: 7, dims: [undefined, undefined] };
  expect(await readOnnxSignature(external)).toEqual({
    inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => ({ name, ...integers })),
    outputs: [{ name: "last_hidden_state", elementType: 1, dims: [undefined, undefined, 16] }],
    dataFiles: ["model.onnx.data"],
  });
});

test("what lies between large weights is found, and weights that are listed as inputs are none", async () => {
  const model: ModelDescription = {
    nodes: [
      { operator: "Identity", domain: "", inputs: ["x"], outputs: ["y"], attributes: { a: { float: 1.5 }, b: "c" } },
    ],
    initializers: [tensor("small", 3), tensor("large", 300_000), tensor("last", 70_000)],
    inputs: [
      { name: "x", type: "int64", dims: ["batch", 4] },
      { name: "large", type: "uint8", dims: [300_000] },
    ],
    outputs: [{ name: "y", type: "int64", dims: ["batch", 4] }],
    operatorSets: { "": 21 },
  };
  await using folder = await temporaryDirectory();
  await writeFile(join(folder.path, "model.onnx"), encodeModel(model).finish());
  expect(await readOnnxSignature(join(folder.path, "model.onnx"))).toEqual({
    inputs: [{ name: "x", elementType: 7, dims: [undefined, 4] }],
    outputs: [{ name: "y", elementType: 7, dims: [undefined, 4] }],
    dataFiles: [],
  });
});

describe("what is no ONNX model is model_invalid and nothing else", () => {
  let valid: Buffer;
  beforeAll(async () => {
    valid = await readFile(external);
  });

  test.each<[string, number[]]>([
    ["nothing", []],
    ["a length that does not end", [0x3a, ...Array.from({ length: 12 }, () => 0xff)]],
    ["a length of 2⁶³", [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ["a graph longer than the file", [0x3a, 0x7f, 0x00]],
    ["a group, which ONNX does not use", [0x3b, 0x00]],
    ["a name longer than the graph", [0x3a, 0x04, 0x5a, 0x02, 0x0a, 0x7f]],
    ["weights without a place", [0x3a, 0x04, 0x2a, 0x02, 0x6a, 0x00]],
    ["text", [...Buffer.from("not a model at all")]],
  ])("%s", async (_, bytes) => {
    expect(await outcome(Uint8Array.from(bytes))).toBe("model_invalid");
  });

  test("5000 inputs", async () => {
    const one = [0x5a, 0x03, 0x0a, 0x01, 0x78];
    const graph = Array.from({ length: 5000 }, () => one).flat();
    const length = [(graph.length & 0x7f) | 0x80, ((graph.length >> 7) & 0x7f) | 0x80, graph.length >> 14];
    expect(await outcome(Uint8Array.from([0x3a, ...length, ...graph]))).toBe("model_invalid");
  });

  test("any bytes, and any change to a model", async () => {
    expect.assertions(150);
    const bytes = fc.uint8Array({ maxLength: 200 });
    const changes = fc.array(fc.tuple(fc.nat({ max: 40_000 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    const damaged = changes.map((places) => {
      const copy = Uint8Array.from(valid);
      for (const [place, byte] of places) copy[place % copy.length] = byte;
      return copy;
    });
    const cut = fc.nat({ max: 40_000 }).map((length) => valid.subarray(0, length % valid.length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, damaged, cut), async (content) => {
        expect(["read", "model_invalid"]).toContain(await outcome(content));
      }),
      { numRuns: 150 },
    );
  });
});

/** "read", or the code of the one error that a file may be answered with. */
async function outcome(bytes: Uint8Array): Promise<unknown> {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "model.onnx");
  await writeFile(file, bytes);
  return await readOnnxSignature(file).then(
    () => "read",
    (error: unknown) => (error instanceof ModelError ? error.code : error),
  );
}

function tensor(name: string, elements: number): TensorDescription {
  return { name, type: "uint8", dims: [elements], data: new Uint8Array(elements).fill(0xff) };
}
