import { cp, mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { inspectModel } from "./inspect-model.ts";
import { listFiles } from "./model-folder/list-files.ts";
import { ModelInspection } from "./model-inspection.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

const GOLDEN = join(import.meta.dirname, "../../../testing/golden");
const TINY = join(GOLDEN, "tiny-bert");

describe("inspectModel", () => {
  test("agrees with the loaded model", async () => {
    const found = ModelInspection.parse(await inspectModel());
    await using transformer = await SentenceTransformer.load();
    expect(found.identity).toBe(transformer.model);
    expect(found.dimension).toBe(transformer.dimension);
    expect(found.max_seq_length).toBe(transformer.maxSeqLength);
    expect(found.source.origin).toBe("npm");
  });

  test("says what the files say", async () => {
    const found = await inspectModel(TINY);
    expect(found).toMatchObject({
      name: "tiny-bert",
      kind: "SentenceTransformer",
      source: { origin: "folder", path: TINY, commit: null },
      architecture: {
        model_type: "bert",
        layers: 3,
        heads: 6,
        hidden_size: 48,
        max_positions: 44,
        vocabulary_size: 81,
        parameters: 60_768, // sum(p.numel() for p in BertModel.from_pretrained("tiny-bert").parameters()), torch 2.15
        dtypes: { F32: 60_768 },
      },
      steps: [{ kind: "pooling", modes: ["cls"], include_prompt: true }],
      prompts: { query: "the query ", document: "" },
      tokenizer: { kind: "WordPiece", special_tokens_per_text: 2, lower_case: false },
    });
    expect(found.tokenizer.special_tokens).toContainEqual({ id: 2, content: "[CLS]" });
    expect(found.files.map(({ path }) => path)).toContain("1_Pooling/config.json");
    expect(found.bytes).toBe(found.files.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test("knows of an exported graph what the graph says", async () => {
    const folder = join(GOLDEN, "folders", "onnx-one-file");
    const { architecture, identity, steps } = ModelInspection.parse(await inspectModel(folder));
    expect(architecture).toMatchObject({ model_type: null, layers: null, heads: null, parameters: null });
    expect(steps.map(({ kind }) => kind)).toEqual(["pooling", "dense", "normalize"]);
    await using transformer = await SentenceTransformer.load(folder);
    expect(identity).toBe(transformer.model);
  });

  test("knows that a cross-encoder gives no vectors", async () => {
    const found = ModelInspection.parse(await inspectModel(join(GOLDEN, "outputs", "cross-roberta")));
    expect(found).toMatchObject({ kind: "CrossEncoder", identity: null, dimension: null, steps: [] });
  });

  test("refuses weights that lack their end, which loading would meet too", async () => {
    await using folder = await temporaryDirectory();
    await cp(TINY, folder.path, { recursive: true });
    await truncate(join(folder.path, "model.safetensors"), 200_000);
    await expect(inspectModel(folder.path)).rejects.toMatchObject({ code: "weights_invalid" });
  });

  test("an abort stops it", async () => {
    await expect(inspectModel(TINY, { signal: AbortSignal.abort() })).rejects.toThrowError("abort");
  });
});

describe("listFiles", () => {
  test("follows links to files, and leaves out hidden files, deep folders and links to folders", async () => {
    await using folder = await temporaryDirectory();
    const path = (...names: string[]): string => join(folder.path, ...names);
    await mkdir(path("onnx", "deep"), { recursive: true });
    await writeFile(path("b.json"), "12");
    await writeFile(path("onnx", "model.onnx"), "123");
    await writeFile(path("onnx", "deep", "lost"), "1");
    await writeFile(path(".hidden"), "1");
    await symlink(path("b.json"), path("a.json"));
    await symlink(folder.path, path("loop"));
    expect(await listFiles(folder.path)).toEqual([
      { path: "a.json", bytes: 2 },
      { path: "b.json", bytes: 2 },
      { path: "onnx/model.onnx", bytes: 3 },
    ]);
  });
});
