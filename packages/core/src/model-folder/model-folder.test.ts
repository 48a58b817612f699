import { cp, rm, symlink, writeFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { readModelFolder } from "./model-folder.ts";

async function tinyCopy(): Promise<{ path: string } & AsyncDisposable> {
  const directory = await temporaryDirectory();
  await cp(tinyBertFolder, directory.path, { recursive: true });
  return directory;
}

const write = (folder: string, file: string, content: unknown): Promise<void> =>
  writeFile(join(folder, file), JSON.stringify(content));

test("a folder as sentence-transformers 6 saves it", async () => {
  expect(await readModelFolder(tinyBertFolder)).toMatchObject({
    name: "tiny-bert",
    steps: [{ kind: "pooling", modes: ["cls"], includePrompt: true }],
    maxSeqLength: 40,
    maxModelLength: 40,
    lowerCase: false,
    prompts: { query: "the query ", document: "" },
    similarity: "cosine",
    padTokenId: 0,
  });
});

test("a folder as older versions saved it", async () => {
  await using folder = await tinyCopy();
  await write(folder.path, "modules.json", [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
    { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
  ]);
  await write(folder.path, "1_Pooling/config.json", {
    word_embedding_dimension: 48,
    pooling_mode_max_tokens: true,
    pooling_mode_cls_token: true,
    pooling_mode_mean_tokens: false,
  });
  await write(folder.path, "sentence_bert_config.json", { max_seq_length: 30, do_lower_case: true });
  await rm(join(folder.path, "config_sentence_transformers.json"));
  expect(await readModelFolder(folder.path)).toMatchObject({
    steps: [{ kind: "pooling", modes: ["cls", "max"] }, { kind: "normalize" }],
    maxSeqLength: 30,
    maxModelLength: 40,
    lowerCase: true,
    prompts: {},
  });
});

test("a plain transformers folder gets the mean, and the positions as its limit", async () => {
  await using folder = await tinyCopy();
  for (const name of ["modules.json", "1_Pooling", "sentence_bert_config.json", "tokenizer_config.json"]) {
    await rm(join(folder.path, name), { recursive: true });
  }
  const plain = await readModelFolder(folder.path);
  expect(plain).toMatchObject({ steps: [{ kind: "pooling", modes: ["mean"] }], maxSeqLength: 44, maxModelLength: 44 });
});

test("a limit beyond the position table is lowered to it", async () => {
  await using folder = await tinyCopy();
  await write(folder.path, "sentence_bert_config.json", { max_seq_length: 512 });
  await write(folder.path, "tokenizer_config.json", { model_max_length: 1e30 });
  expect(await readModelFolder(folder.path)).toMatchObject({ maxSeqLength: 44, maxModelLength: 44 });
});

test.each<[string, Record<string, unknown>, number]>([
  ["the step's own limit", { max_seq_length: 20 }, 20],
  ["the limit that it passes to the tokenizer", { max_seq_length: 20, processor_kwargs: { model_max_length: 25 } }, 25],
  ["the same by its older name", { max_seq_length: null, tokenizer_args: { model_max_length: 26 } }, 26],
  ["the tokenizer's, where it sets none", { max_seq_length: null }, 40],
])("%s", async (_, config, limit) => {
  await using folder = await tinyCopy();
  await rm(join(folder.path, "sentence_bert_config.json"));
  await write(folder.path, "sentence_xlm-roberta_config.json", config);
  expect(await readModelFolder(folder.path)).toMatchObject({ maxSeqLength: limit, maxModelLength: 40 });
});

test("a prompt of null is none, and an unknown similarity the usual one", async () => {
  await using folder = await tinyCopy();
  await write(folder.path, "config_sentence_transformers.json", {
    prompts: { query: null, document: "doc: " },
    default_prompt_name: "document",
    similarity_fn_name: "maxsim",
    truncate_dim: 7,
  });
  expect(await readModelFolder(folder.path)).toMatchObject({
    modelType: "SentenceTransformer",
    prompts: { query: "", document: "doc: " },
    defaultPromptName: "document",
    similarity: "cosine",
    truncateDim: 7,
  });
  await write(folder.path, "config_sentence_transformers.json", { prompts: null });
  expect(await readModelFolder(folder.path)).toMatchObject({ prompts: {}, truncateDim: undefined });
});

describe("weights", () => {
  const weights = "model.safetensors";

  test("a single file of another name, also behind a link", async () => {
    await using folder = await tinyCopy();
    await mkdir(join(folder.path, "blobs"));
    await cp(join(folder.path, weights), join(folder.path, "blobs", "0a1b"));
    await rm(join(folder.path, weights));
    await symlink(join(folder.path, "blobs", "0a1b"), join(folder.path, "tiny.fp32.safetensors"));
    expect((await readModelFolder(folder.path)).weightFiles).toEqual([
      { path: join(folder.path, "tiny.fp32.safetensors") },
    ]);
  });

  test("the shards of an index", async () => {
    await using folder = await tinyCopy();
    await cp(join(folder.path, weights), join(folder.path, "model-00001-of-00001.safetensors"));
    await rm(join(folder.path, weights));
    await write(folder.path, "model.safetensors.index.json", { weight_map: { a: "model-00001-of-00001.safetensors" } });
    expect((await readModelFolder(folder.path)).weightFiles).toEqual([
      { path: join(folder.path, "model-00001-of-00001.safetensors") },
    ]);
    await write(folder.path, "model.safetensors.index.json", { weight_map: { a: "gone.safetensors" } });
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({ code: "weights_missing" });
    await write(folder.path, "model.safetensors.index.json", { weight_map: { a: "../gone.safetensors" } });
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({ code: "model_invalid" });
  });

  test("none: the folder and what was looked for are named", async () => {
    await using folder = await temporaryDirectory();
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({
      code: "weights_missing",
      message: expect.stringMatching(/model\.safetensors, model\.safetensors\.index\.json and a single/u) as string,
    });
    await expect(readModelFolder(folder.path)).rejects.toThrowError(folder.path);
  });

  test("two: none is guessed", async () => {
    await using folder = await tinyCopy();
    for (const name of ["a.safetensors", "b.safetensors"])
      await cp(join(folder.path, weights), join(folder.path, name));
    await rm(join(folder.path, weights));
    await expect(readModelFolder(folder.path)).rejects.toThrowError(/a\.safetensors, b\.safetensors/u);
  });

  test("a pickle: the hint says how to convert it", async () => {
    await using folder = await tinyCopy();
    await rm(join(folder.path, weights));
    await writeFile(join(folder.path, "pytorch_model.bin"), "pickle");
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({
      code: "weights_missing",
      hint: expect.stringMatching(/save_pretrained/u) as string,
    });
  });
});

const transformer = { type: "sentence_transformers.models.Transformer", path: "" };

describe("folders that cannot be used say why", () => {
  const cases: [string, string, (folder: string) => Promise<void>][] = [
    ["no config.json", "model_invalid", (folder) => rm(join(folder, "config.json"))],
    ["no tokenizer.json", "model_invalid", (folder) => rm(join(folder, "tokenizer.json"))],
    ["a config that is not JSON", "model_invalid", (folder) => writeFile(join(folder, "config.json"), "{")],
    ["a config without a type", "model_invalid", (folder) => write(folder, "config.json", { hidden_size: 4 })],
    ["an unknown architecture", "architecture_unsupported", (folder) => change(folder, { model_type: "mamba" })],
    [
      "a type from the prototype",
      "architecture_unsupported",
      (folder) => change(folder, { model_type: "constructor" }),
    ],
    ["relative positions", "model_invalid", (folder) => change(folder, { position_embedding_type: "relative_key" })],
    ["heads that do not divide the width", "model_invalid", (folder) => change(folder, { num_attention_heads: 7 })],
    ["an unknown activation", "model_invalid", (folder) => change(folder, { hidden_act: "swish7" })],
    ["a negative size", "model_invalid", (folder) => change(folder, { hidden_size: -48 })],
    [
      "a step that is unknown",
      "architecture_unsupported",
      (folder) => write(folder, "modules.json", [transformer, { type: "sentence_transformers.models.CNN", path: "" }]),
    ],
    [
      "a step of the model's own code",
      "architecture_unsupported",
      (folder) => write(folder, "modules.json", [{ type: "custom_st.Transformer", path: "" }]),
    ],
    [
      "a first step that is no transformer",
      "architecture_unsupported",
      (folder) => write(folder, "modules.json", [{ type: "sentence_transformers.models.Pooling", path: "1_Pooling" }]),
    ],
    [
      "a step outside of the folder",
      "model_invalid",
      (folder) =>
        write(folder, "modules.json", [transformer, { type: "sentence_transformers.models.Pooling", path: "../x" }]),
    ],
    [
      "a pooling step without its file",
      "model_invalid",
      (folder) => rm(join(folder, "1_Pooling"), { recursive: true }),
    ],
    [
      "an unknown pooling mode",
      "model_invalid",
      (folder) => write(folder, "1_Pooling/config.json", { pooling_mode: "median" }),
    ],
    [
      "a huge config",
      "model_invalid",
      (folder) => writeFile(join(folder, "config.json"), " ".repeat(17 * 1024 * 1024)),
    ],
  ];

  test.each(cases)("%s: %s", async (_, code, spoil) => {
    await using folder = await tinyCopy();
    await spoil(folder.path);
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({ name: "ModelError", code });
  });

  test("no folder at all", async () => {
    await expect(readModelFolder(join(tinyBertFolder, "nothing"))).rejects.toMatchObject({ code: "model_not_found" });
    await expect(readModelFolder(join(tinyBertFolder, "config.json"))).rejects.toMatchObject({
      code: "model_not_found",
    });
  });
});

async function change(folder: string, fields: Record<string, unknown>): Promise<void> {
  const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as object;
  await write(folder, "config.json", { ...config, ...fields });
}
