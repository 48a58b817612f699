import { cp, mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { openCheckpoint, rootScope, scopeOf } from "./weights.ts";
import type { Checkpoint } from "./weights.ts";

const file = join(tinyBertFolder, "model.safetensors");
const root = { marker: "embeddings.word_embeddings.weight", prefixes: ["roberta.", "bert."] };

test("scopes follow the name tree, behind the exporter's prefix", async () => {
  const weights = rootScope(await openCheckpoint([{ path: file }]), root);
  const query = weights.scope("encoder.layer.0").scope("attention.self.query");
  expect(query.tensor("weight", [48, 48]).name).toBe("bert.encoder.layer.0.attention.self.query.weight");
  expect([query.has("bias"), query.has("missing")]).toEqual([true, false]);
});

test("a missing tensor, another shape and an unknown prefix are weights_invalid", async () => {
  const checkpoint = await openCheckpoint([{ path: file }]);
  const weights = rootScope(checkpoint, root);
  expect(() => weights.tensor("encoder.nothing", [1])).toThrowError(/have no tensor bert\.encoder\.nothing/u);
  expect(() => weights.scope("embeddings.LayerNorm").tensor("weight", [47])).toThrowError(
    /\[48\] where config\.json implies \[47\]/u,
  );
  expect(() => rootScope(checkpoint, { ...root, prefixes: [] })).toThrowError(/with or without a known prefix/u);
});

describe("names before the encoder's own", () => {
  const shape = { dtype: "F32", shape: [1], offset: 0, length: 4, file: "" } as const;
  const checkpointOf = (...names: string[]): Checkpoint => ({
    folder: "/",
    tensors: new Map(names.map((name) => [name, { ...shape, name }])),
  });
  const own = { marker: "marker", prefixes: ["bert."] };

  test.each([
    ["marker", "classifier"],
    ["bert.marker", "classifier"],
    ["0.auto_model.marker", "0.auto_model.classifier"],
    ["0.auto_model.bert.marker", "0.auto_model.classifier"],
    ["model.bert.marker", "model.classifier"],
    ["module.bert.marker", "module.classifier"],
  ])("%s lies beside %s", (marker, classifier) => {
    const weights = rootScope(checkpointOf(marker, classifier), own);
    expect(weights.tensor("marker", [1]).name).toBe(marker);
    expect(weights.outside.tensor("classifier", [1]).name).toBe(classifier);
  });

  test("the shortest wins, whatever else a checkpoint holds", () => {
    const weights = rootScope(checkpointOf("model.marker", "bert.marker", "marker"), own);
    expect(weights.tensor("marker", [1]).name).toBe("marker");
  });
});

test("links are followed to the folder of the real file", async () => {
  await using directory = await temporaryDirectory();
  const [blobs, snapshot] = [join(directory.path, "blobs"), join(directory.path, "snapshot")];
  await Promise.all([mkdir(blobs), mkdir(snapshot)]);
  await cp(file, join(blobs, "0a1b"));
  await symlink(join(blobs, "0a1b"), join(snapshot, "model.safetensors"));
  const checkpoint = await openCheckpoint([{ path: join(snapshot, "model.safetensors") }]);
  expect(checkpoint.folder.endsWith("blobs")).toBe(true);
  expect([...checkpoint.tensors.values()][0]?.file.endsWith(join("blobs", "0a1b"))).toBe(true);
});

test("files of several folders have the folder in common that all lie below, and keep their tensors apart", async () => {
  await using directory = await temporaryDirectory();
  const [first, second] = [join(directory.path, "model.safetensors"), join(directory.path, "2_Dense", "w.safetensors")];
  await cp(file, first);
  await mkdir(join(directory.path, "2_Dense"));
  await cp(file, second);
  const checkpoint = await openCheckpoint([{ path: second, prefix: "2_Dense/" }, { path: first }]);
  expect(checkpoint.folder).toBe(await realpath(directory.path));
  expect(checkpoint.tensors.get("2_Dense/bert.embeddings.LayerNorm.bias")?.file).toBe(await realpath(second));
  expect(scopeOf(checkpoint, "").tensor("bert.embeddings.LayerNorm.bias", [48]).file).toBe(await realpath(first));
});
