import { cp, open } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { openCheckpoint } from "../weights/weights.ts";
import { fingerprint } from "./fingerprint.ts";

const tokenizer = { tokenizerJson: { text: "{}", json: {} }, truncationSide: "right", onnx: undefined } as const;

test("is the same for a copy, and another for other weights under the same header or another tokenizer", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "copy.safetensors");
  await cp(join(tinyBertFolder, "model.safetensors"), file);
  const original = await fingerprint(
    await openCheckpoint([{ path: join(tinyBertFolder, "model.safetensors") }]),
    tokenizer,
  );
  const checkpoint = await openCheckpoint([{ path: file }]);
  expect(await fingerprint(checkpoint, tokenizer)).toBe(original);
  expect(await fingerprint(checkpoint, { ...tokenizer, tokenizerJson: { text: "{ }", json: {} } })).not.toBe(original);

  const bias = checkpoint.tensors.get("bert.encoder.layer.2.output.LayerNorm.bias");
  await using handle = await open(file, "r+");
  await handle.write(Float32Array.of(0.25), 0, 4, (bias?.offset ?? 0) + 8);
  expect(await fingerprint(checkpoint, tokenizer)).not.toBe(original);
});
