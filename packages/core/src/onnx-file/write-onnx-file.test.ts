import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";

import { writeOnnxFile } from "./write-onnx-file.ts";

test("weights that an ONNX file cannot hold are refused before one of them is read", async () => {
  await using folder = await temporaryDirectory();
  const weights = { location: "model.safetensors", offset: 0, length: 3_000_000_000 };
  const model = {
    nodes: [],
    initializers: [{ name: "w", type: "float32", dims: [750_000_000], data: weights }],
    inputs: [],
    outputs: [],
    operatorSets: { "": 21 },
  } as const;
  const options = { weightsFolder: folder.path, externalData: false };
  await expect(writeOnnxFile(model, join(folder.path, "model.onnx"), options)).rejects.toMatchObject({
    name: "ModelError",
    code: "input_invalid",
    details: { bytes: expect.any(Number) as number, limit: 2 ** 31 - 1 },
  });
  expect(await readdir(folder.path)).toEqual([]);
});
