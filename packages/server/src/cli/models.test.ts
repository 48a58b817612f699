import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelInspection, SentenceTransformer } from "@galen/core";
import { HubStandIn, repositoryOf, temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { finish, runHere, startCommand } from "../testing/run-command.ts";

const TINY = fileURLToPath(new URL("../../../../testing/golden/tiny-bert", import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
const path = (name: string) => join(folder.path, name);
beforeAll(async () => void (folder = await temporaryDirectory()));
afterAll(() => folder[Symbol.asyncDispose]());

/** A command's error: what it says, its causes, a next step, its code. */
const refusal = (code: string) => new RegExp(`^error: .*\\n(cause: .*\\n)*hint: .*\\ncode: {2}${code} `, "m");

describe("model inspect", () => {
  it("says what the built-in model is", async () => {
    const { code, out, err } = await runHere("model", "inspect");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^name +sentence-transformers\/all-MiniLM-L6-v2\n/);
    expect(out).toMatch(/^encoder +bert, 6 layers, hidden size 384, 12 heads, 512 positions, 30,522 word vectors$/m);
    expect(out).toMatch(/^weights +22,713,216 parameters: 22,713,216 as F16$/m);
    expect(out).toMatch(
      /^tokenizer +WordPiece, 30,522 ids, 2 special tokens around each text\n +\[PAD\] 0, \[UNK\] 100/m,
    );
  });

  it("prints what loading the model says, as one JSON document", async () => {
    const { code, out } = await runHere("model", "inspect", TINY, "--json");
    expect(code).toBe(0);
    const found = ModelInspection.parse(JSON.parse(out));
    await using transformer = await SentenceTransformer.load(TINY);
    expect(found).toMatchObject({
      kind: "SentenceTransformer",
      identity: transformer.model,
      dimension: transformer.dimension,
      max_seq_length: transformer.maxSeqLength,
      similarity: transformer.similarityFunction,
      source: { origin: "folder", path: TINY, commit: null },
      tokenizer: { vocabulary_size: transformer.tokenizer.vocabularySize, special_tokens_per_text: 2 },
    });
  });

  it.each([
    ["a folder that is not there", () => "./no-such-model", "model_not_found"],
    ["a model that is not on this machine", () => "nobody/nothing", "model_offline"],
    ["a name that is none", () => "no model!", "model_not_found"],
    [
      "an empty folder",
      () => broken("empty", (model) => rm(model, { recursive: true }).then(() => mkdir(model))),
      "weights_missing",
    ],
    ["a cut weights file", () => broken("cut", (model) => cut(join(model, "model.safetensors"))), "weights_invalid"],
    [
      "weights of another model",
      () => broken("wider", (model) => widen(join(model, "config.json"))),
      "weights_invalid",
    ],
    [
      "a tokenizer that is none",
      () => broken("token", (model) => writeFile(join(model, "tokenizer.json"), "{}")),
      "tokenizer_invalid",
    ],
    ["no tokenizer", () => broken("silent", (model) => rm(join(model, "tokenizer.json"))), "model_invalid"],
    [
      "another architecture",
      () => broken("gpt", (model) => writeFile(join(model, "config.json"), '{"model_type":"gpt2"}')),
      "architecture_unsupported",
    ],
  ])("refuses %s", async (_name, make, codeName) => {
    const { code, out, err } = await runHere("model", "inspect", await make());
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(refusal(codeName));
  });

  it("shows names from a model's files as text, not as commands for the terminal", async () => {
    const hostile = await broken("hostile", (model) =>
      writeFile(
        join(model, "config_sentence_transformers.json"),
        JSON.stringify({ prompts: { "\u001b[2J": "a\u0007\nb" } }),
      ),
    );
    const { code, out } = await runHere("model", "inspect", hostile);
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex -- what a terminal would obey
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("every command but model pull", () => {
  const FILES = ["texts.txt", "pairs.jsonl", "data"];

  it.each([
    ["model inspect", ["model", "inspect", "org/tiny"]],
    ["embed", ["embed", "--model", "org/tiny", "--input", "texts.txt"]],
    ["eval pairs", ["eval", "pairs", "pairs.jsonl", "--a", "a", "--b", "b", "--model", "org/tiny"]],
    ["index", ["index", "notes", "pairs.jsonl", "--text", "a", "--model", "org/tiny", "--data", "data"]],
    ["doctor", ["doctor", "--model", "org/tiny"]],
  ])("opens models offline: %s", async (_name, args) => {
    await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(TINY) });
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_HUB_CACHE", path("offline"));
    await writeFile(path("texts.txt"), "a text\n");
    await writeFile(path("pairs.jsonl"), '{"a":"a text","b":"another"}\n{"a":"a third","b":"a fourth"}\n');
    const named = args.map((arg) => (FILES.includes(arg) ? path(arg) : arg));
    const { code, out, err } = await runHere(...named);
    vi.unstubAllEnvs();
    expect(code).toBe(1);
    expect(out + err).toContain("galen model pull org/tiny");
    expect(hub.requests).toEqual([]);
  });
});

describe("model pull", () => {
  it("downloads once, says so the second time, and makes the model usable offline", async () => {
    await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(TINY) });
    const cache = path("cache");
    const where = ["--endpoint", hub.endpoint, "--cache", cache];
    const first = await runHere("model", "pull", "org/tiny", ...where);
    expect(first.code).toBe(0);
    expect(first.out).toMatch(
      /^Pulled org\/tiny at [0-9a-f]{40}: 8 files, [\d.]+ KiB, [\d.]+ KiB of them downloaded in /,
    );
    const downloads = hub.downloads.length;
    const second = await runHere("model", "pull", "org/tiny", ...where);
    expect([second.code, second.out]).toEqual([
      0,
      expect.stringMatching(/^org\/tiny at [0-9a-f]{40} is already there: 8 files/),
    ]);
    expect(hub.downloads).toHaveLength(downloads);
    const json = await runHere("model", "pull", "org/tiny", ...where, "--json");
    expect([json.code, json.err]).toEqual([0, ""]);
    expect(JSON.parse(json.out)).toMatchObject({ id: "org/tiny", revision: "main", downloaded_bytes: 0 });
    const requests = hub.requests.length;
    const inspected = await finish(startCommand(["model", "inspect", "org/tiny", "--json"], { HF_HUB_CACHE: cache }));
    expect(inspected.code).toBe(0);
    expect(ModelInspection.parse(JSON.parse(inspected.out)).source).toMatchObject({
      origin: "cache",
      commit: hub.repositories.get("org/tiny")?.commit,
    });
    expect(hub.requests).toHaveLength(requests);
  });

  it("goes on after Ctrl-C where it stopped", async () => {
    const repository = await repositoryOf(TINY);
    const weights = repository.files.get("model.safetensors") ?? new Uint8Array();
    await using hub = await HubStandIn.start({ "org/tiny": repository });
    const cut = Promise.withResolvers<void>();
    hub.intercept = ({ server, method }, response) => {
      if (server === "hub" || method !== "GET") return false;
      response.writeHead(200, { "content-length": weights.length });
      response.write(weights.subarray(0, 100_000), () => cut.resolve());
      return true;
    };
    const args = ["model", "pull", "org/tiny", "--endpoint", hub.endpoint, "--cache", path("interrupted")];
    const child = startCommand(args);
    const stopping = finish(child);
    await cut.promise;
    child.kill("SIGINT");
    expect(await stopping).toMatchObject({
      code: 130,
      out: "",
      err: expect.stringMatching(/hint: {2}What has arrived is kept[^]*code: {2}interrupted /),
    });
    hub.intercept = () => false;
    const { code, out } = await runHere(...args);
    expect([code, out]).toEqual([0, expect.stringContaining("Pulled org/tiny")]);
    expect(hub.downloads.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  it("sends the token of the environment, and never prints it", async () => {
    const token = "hf_canary";
    await using hub = await HubStandIn.start({ "org/private": { ...(await repositoryOf(TINY)), token } });
    const args = ["model", "pull", "org/private", "--endpoint", hub.endpoint, "--cache", path("private")];
    const without = await finish(startCommand(args, { HF_TOKEN: "hf_canary_wrong" }));
    expect([without.code, without.out]).toEqual([1, ""]);
    expect(without.err).toMatch(refusal("model_(?:access_denied|not_found)"));
    const withToken = await finish(startCommand(args, { HF_TOKEN: token }));
    expect(withToken.code).toBe(0);
    expect(without.err + withToken.err + withToken.out).not.toContain("canary");
  });

  it.each([
    ["no id", [], 2, "usage"],
    ["a path", ["../tiny"], 2, "usage"],
    ["an address as id", ["https://example.org/tiny"], 2, "usage"],
    ["a token as argument", ["org/tiny", "--token", "hf_x"], 2, "usage"],
    ["an empty revision", ["org/tiny", "--revision", ""], 2, "usage"],
    ["a revision that leads elsewhere", ["org/tiny", "--revision", "../../main"], 2, "usage"],
    ["an address that is none", ["org/tiny", "--endpoint", "hub"], 2, "usage"],
    ["an address of files", ["org/tiny", "--endpoint", "file:///etc"], 2, "usage"],
    ["no cache", ["org/tiny", "--cache", ""], 2, "usage"],
    ["an unknown option", ["org/tiny", "--revison", "main"], 2, "usage"],
  ])("refuses %s", async (_name, args, expected, codeName) => {
    const { code, out, err } = await runHere("model", "pull", ...args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toMatch(refusal(codeName));
  });

  it("says that a model or a revision is not there", async () => {
    await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(TINY) });
    const where = ["--endpoint", hub.endpoint, "--cache", path("none")];
    for (const args of [["org/other"], ["org/tiny", "--revision", "v9"]]) {
      const { code, out, err } = await runHere("model", "pull", ...args, ...where);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(refusal("model_(?:not_found|access_denied)"));
    }
  });

  it("is a command group with help and examples", async () => {
    expect(await runHere("model")).toMatchObject({ code: 2, out: "" });
    expect((await runHere("model", "pull", "--help")).out).toContain(
      "$ galen model pull neuml/pubmedbert-base-embeddings",
    );
    expect((await runHere("model", "inspect", "--help")).out).toContain("$ galen model inspect");
  });
});

/** A copy of the tiny model with something wrong. */
async function broken(name: string, change: (model: string) => Promise<unknown>): Promise<string> {
  const model = path(name);
  await cp(TINY, model, { recursive: true });
  await change(model);
  return model;
}

async function cut(file: string): Promise<void> {
  await writeFile(file, (await readFile(file)).subarray(0, -8));
}

async function widen(file: string): Promise<void> {
  const config: unknown = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...(config as object), intermediate_size: 12 }));
}
