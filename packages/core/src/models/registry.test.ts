import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { readGoldenModels } from "../../../../testing/golden/golden.ts";
import type { GoldenModel } from "../../../../testing/golden/golden.ts";
import { buildOnnxModel } from "../onnx-model.ts";
import { configureEncoder } from "./registry.ts";

// The defaults of transformers' configuration classes: a config.json may leave out any field that has its default.
const defaults = {
  albert: { hiddenSize: 4096, vocabularySize: 30_000, maxPositions: 512 },
  bert: { hiddenSize: 768, vocabularySize: 30_522, maxPositions: 512 },
  camembert: { hiddenSize: 768, vocabularySize: 50_265, maxPositions: 510 },
  distilbert: { hiddenSize: 768, vocabularySize: 30_522, maxPositions: 512 },
  electra: { hiddenSize: 256, vocabularySize: 30_522, maxPositions: 512 },
  modernbert: { hiddenSize: 768, vocabularySize: 50_368, maxPositions: 8192 },
  mpnet: { hiddenSize: 768, vocabularySize: 30_527, maxPositions: 510 },
  nomic_bert: { hiddenSize: 768, vocabularySize: 30_528, maxPositions: 2048 },
  roberta: { hiddenSize: 768, vocabularySize: 50_265, maxPositions: 510 },
  "xlm-roberta": { hiddenSize: 768, vocabularySize: 50_265, maxPositions: 510 },
};

test.each(Object.entries(defaults))("%s: an empty configuration is the default one", (type, expected) => {
  expect(configureEncoder({ model_type: type })).toMatchObject({ ...expected, labels: 2 });
});

test("sequences are as long as positions after padding allow", () => {
  expect(limit({ model_type: "xlm-roberta", max_position_embeddings: 514 })).toBe(512);
  expect(limit({ model_type: "roberta", max_position_embeddings: 514, pad_token_id: 3 })).toBe(510);
  expect(limit({ model_type: "mpnet", max_position_embeddings: 514, pad_token_id: 3 })).toBe(512); // the model's code says 1
  expect(limit({ model_type: "nomic_bert", n_embd: 64, n_head: 4, n_positions: 8192 })).toBe(8192);
});

test("labels are counted by their names, or given as a number", () => {
  expect(labels({ id2label: { 0: "relevance" } })).toBe(1);
  expect(labels({ id2label: { 0: "a", 1: "b", 2: "c" }, num_labels: 7 })).toBe(3);
  expect(labels({ num_labels: 5 })).toBe(5);
});

test("an unknown type is told with the nearest name", () => {
  expect(() => configureEncoder({ model_type: "nomic-bert" })).toThrowError(
    expect.objectContaining({
      code: "architecture_unsupported",
      hint: expect.stringMatching(/^Did you mean nomic_bert\? Supported types: albert, /u) as unknown,
    }),
  );
  expect(() => configureEncoder({ model_type: "toString" })).toThrowError(
    expect.objectContaining({ code: "architecture_unsupported" }),
  );
});

describe("configurations that would compute something else are refused", () => {
  const cases: Record<string, object> = {
    "relative positions": { model_type: "bert", position_embedding_type: "relative_key" },
    "a decoder": { model_type: "roberta", is_decoder: true },
    "an unknown activation": { model_type: "electra", hidden_act: "laplace" },
    "heads that do not divide": { model_type: "mpnet", hidden_size: 768, num_attention_heads: 7 },
    "distilbert heads that do not divide": { model_type: "distilbert", dim: 10, n_heads: 3 },
    "a billion layers": { model_type: "albert", num_hidden_layers: 1e9 },
    "no layer": { model_type: "bert", num_hidden_layers: 0 },
    "a fractional size": { model_type: "bert", hidden_size: 76.8 },
    "a text for a number": { model_type: "bert", vocab_size: "30522" },
    "no positions after padding": { model_type: "roberta", max_position_embeddings: 2 },
    "fewer buckets than the code of MPNet uses": { model_type: "mpnet", relative_attention_num_buckets: 16 },
    "fewer layer types than layers": { model_type: "modernbert", layer_types: ["full_attention"] },
    "an unknown layer type": { model_type: "modernbert", num_hidden_layers: 1, layer_types: ["chunked_attention"] },
    "heads of an odd size": { model_type: "modernbert", hidden_size: 12, num_attention_heads: 4 },
    "stretched rotary positions": {
      model_type: "modernbert",
      rope_parameters: { full_attention: { rope_type: "yarn", rope_theta: 1e4, factor: 4 } },
    },
    "stretched rotary positions of nomic": {
      model_type: "nomic_bert",
      n_embd: 64,
      n_head: 4,
      rotary_scaling_factor: 2,
    },
    "a mixture of experts": { model_type: "nomic_bert", n_embd: 64, n_head: 4, num_experts: 8 },
    "a feed-forward layer without a gate": {
      model_type: "nomic_bert",
      n_embd: 64,
      n_head: 4,
      activation_function: "gelu",
    },
    "heads of a size of their own": { model_type: "nomic_bert", head_dim: 32 },
  };
  test.each(Object.entries(cases))("%s", (_, config) => {
    expect(() => configureEncoder(config)).toThrowError(expect.objectContaining({ code: "model_invalid" }));
  });
});

// transformers 4 named layers by counting and gave each kind of attention its own base.
test("both spellings of ModernBERT's configuration mean the same", async () => {
  const models = await readGoldenModels();
  const { folder = "" } = models.find(({ name }) => name === "modernbert-biased") ?? {};
  const graph = await buildOnnxModel(folder);
  await using directory = await temporaryDirectory();
  await cp(folder, directory.path, { recursive: true });
  await changeConfig(directory.path, (config) => ({
    ...config,
    global_attn_every_n_layers: undefined,
    global_rope_theta: undefined,
    local_rope_theta: undefined,
    layer_types: ["full_attention", "sliding_attention", "full_attention"],
    rope_parameters: { full_attention: { rope_theta: 160_000 }, sliding_attention: { rope_theta: 10_000 } },
  }));
  expect((await buildOnnxModel(directory.path)).bytes).toEqual(graph.bytes);
});

describe("weights that are not those of config.json are named with both shapes", async () => {
  const models = (await readGoldenModels()).filter(({ golden }) => golden.logits !== undefined);
  test.each(models.map((model) => [model.name, model] as const))("%s", async (_, model) => {
    const disagreement = await buildChanged(model, (config) => ({ ...config, vocab_size: 1234 }));
    expect(disagreement).toMatchObject({ code: "weights_invalid", details: { shape: [1234, expect.any(Number)] } });
    const missingLayer = await buildChanged(model, deeper);
    expect(missingLayer).toMatchObject({
      code: "weights_invalid",
      message: expect.stringMatching(/have no tensor .*\d+\./u) as unknown,
      details: { tensor: expect.any(String) as unknown, shape: expect.any(Array) as unknown },
    });
    const id2label = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [index, String(index)]));
    const otherHead = await buildChanged(model, (config) => ({ ...config, id2label }));
    expect(otherHead).toMatchObject({ code: "weights_invalid", details: { shape: [9, expect.any(Number)] } });
  });
});

test("a checkpoint without a classification head has no logits", async () => {
  const model = (await readGoldenModels()).find(({ name }) => name === "bert-masked-lm");
  expect(await buildChanged(model, (config) => config)).toMatchObject({
    code: "weights_invalid",
    details: { tensor: "bert.pooler.dense.weight" },
  });
});

function limit(config: object): number {
  return configureEncoder(config).maxPositions;
}

function labels(fields: object): number {
  return configureEncoder({ model_type: "bert", ...fields }).labels;
}

type Config = Record<string, unknown>;

/** One layer more than there are weights for, under each name that configurations have for depth. */
function deeper(config: Config): Config {
  const names = ["num_hidden_layers", "n_layers", "n_layer", "inner_group_num"].filter((name) => name in config);
  const types = Array.isArray(config["layer_types"])
    ? [...(config["layer_types"] as string[]), "full_attention"]
    : undefined;
  return {
    ...config,
    ...Object.fromEntries(names.map((name) => [name, Number(config[name]) + 1])),
    ...(types && { layer_types: types }),
  };
}

/** The error of building the logits of a model with another config.json. */
async function buildChanged(model: GoldenModel | undefined, change: (config: Config) => Config): Promise<unknown> {
  await using directory = await temporaryDirectory();
  await cp(model?.folder ?? "", directory.path, { recursive: true });
  await changeConfig(directory.path, change);
  return await buildOnnxModel(directory.path, { outputs: ["logits"] }).then(String, (error: unknown) => error);
}

async function changeConfig(folder: string, change: (config: Config) => Config): Promise<void> {
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, "utf8")) as Config)));
}
