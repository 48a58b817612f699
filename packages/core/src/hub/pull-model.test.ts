import { lstat, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitBlobHash, repositoryOf, sha256 } from "@galen/testing";
import { afterEach, describe, expect, test, vi } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { openModel } from "../model-folder/sources.ts";
import { SentenceTransformer } from "../sentence-transformer.ts";
import { contentOf, damage, inSnapshot, stageHub } from "../testing/hub-stage.ts";
import type { PullProgress } from "./model-source.ts";

const tiny = [...(await repositoryOf(tinyBertFolder)).files.keys()].toSorted();

afterEach(() => void vi.unstubAllEnvs());

test("a model is downloaded into the layout of huggingface_hub, and gives the vectors of its folder", async () => {
  await using stage = await stageHub();
  const { repository, layout } = stage;
  const pulled = await stage.pull();
  expect(pulled).toMatchObject({ id: "org/tiny", revision: "main", commit: repository.commit });
  expect(pulled.path).toBe(layout.snapshot(repository.commit));
  expect(await readFile(layout.ref("main"), "utf8")).toBe(repository.commit);
  for (const [path, content] of repository.files) {
    const etag = path.endsWith(".safetensors") ? sha256(content) : gitBlobHash(content);
    const up = path.includes("/") ? "../../../blobs" : "../../blobs";
    expect(await readlink(inSnapshot(stage, path))).toBe(`${up}/${etag}`);
    expect(await readFile(inSnapshot(stage, path))).toEqual(content);
  }
  expect(pulled.files.map(({ path }) => path).toSorted()).toEqual([...repository.files.keys()].toSorted());
  expect(pulled.files.every(({ bytes, downloadedBytes }) => bytes > 0 && bytes === downloadedBytes)).toBe(true);
  expect(await readdir(join(layout.root, ".locks", "models--org--tiny"))).toEqual([]);
  expect((await readdir(layout.blobs)).filter((name) => name.endsWith(".incomplete"))).toEqual([]);

  await using cached = await SentenceTransformer.load("org/tiny", { ...stage.source, offline: true });
  await using original = await SentenceTransformer.load(tinyBertFolder);
  expect(await cached.encode("the cat")).toEqual(await original.encode("the cat"));
});

test("a class loads a model by its id, and tells how the download goes", async () => {
  await using stage = await stageHub();
  const onDownload = vi.fn<(progress: PullProgress) => void>();
  await using model = await SentenceTransformer.load("org/tiny", { ...stage.source, onDownload });
  expect(model.model).toMatch(/^org\/tiny@/u);
  expect(onDownload).toHaveBeenLastCalledWith(
    expect.objectContaining({ phase: "downloading", files: 8, totalFiles: 8 }),
  );
});

test("what is there is not downloaded again, and a damaged file is", async () => {
  await using stage = await stageHub();
  await stage.pull();
  const first = stage.hub.downloads.length;
  const again = await stage.pull();
  expect(stage.hub.downloads).toHaveLength(first);
  expect(again.files.every(({ downloadedBytes }) => downloadedBytes === 0)).toBe(true);

  await damage(inSnapshot(stage, "model.safetensors"));
  const mended = await stage.pull();
  expect(mended.files.filter(({ downloadedBytes }) => downloadedBytes > 0).map(({ path }) => path)).toEqual([
    "model.safetensors",
  ]);
  expect(await readFile(inSnapshot(stage, "model.safetensors"))).toEqual(
    contentOf(stage.repository, "model.safetensors"),
  );
});

test("a new commit on main shares the blobs that did not change", async () => {
  await using stage = await stageHub();
  await stage.pull();
  const config = Buffer.from(String(Buffer.from(contentOf(stage.repository, "config.json"))).replace("{", "{ "));
  const next = { commit: "f".repeat(40), files: new Map(stage.repository.files).set("config.json", config) };
  stage.hub.repositories.set("org/tiny", next);
  expect((await openModel("org/tiny", stage.source)).path).toContain(stage.repository.commit); // the cache is asked first
  const pulled = await stage.pull();
  expect(pulled.commit).toBe(next.commit);
  expect(pulled.files.filter(({ downloadedBytes }) => downloadedBytes > 0).map(({ path }) => path)).toEqual([
    "config.json",
  ]);
  expect((await openModel("org/tiny", stage.source)).path).toContain(next.commit);
  expect((await openModel(`org/tiny@${stage.repository.commit}`, stage.source)).path).toContain(
    stage.repository.commit,
  );
});

test("a commit needs no ref", async () => {
  await using stage = await stageHub();
  const { commit } = stage.repository;
  expect(await stage.pull({ name: `org/tiny@${commit}` })).toMatchObject({ revision: commit, commit });
  expect(await readdir(stage.layout.model)).not.toContain("refs");
  expect((await openModel("org/tiny", { ...stage.source, revision: commit, offline: true })).name).toBe("org/tiny");
});

test("a model that was renamed is found under its old name", async () => {
  await using stage = await stageHub();
  stage.hub.intercept = ({ path }, response) => {
    if (!path.includes("/tiny-before")) return false;
    response.writeHead(307, { location: path.replace("tiny-before", "org/tiny") }).end();
    return true;
  };
  const pulled = await stage.pull({ name: "tiny-before" });
  expect(pulled.path).toContain("models--tiny-before");
  expect((await openModel("tiny-before", { ...stage.source, offline: true })).name).toBe("tiny-before");
});

test("progress adds up to all files and never goes back", async () => {
  await using stage = await stageHub();
  const seen: PullProgress[] = [];
  await stage.pull({ onProgress: (progress) => seen.push(progress) });
  const total = [...stage.repository.files.values()].reduce((sum, content) => sum + content.length, 0);
  expect(seen[0]).toMatchObject({ phase: "preparing", bytes: 0, files: 0 });
  expect(seen.at(-1)).toMatchObject({
    phase: "downloading",
    bytes: total,
    totalBytes: total,
    files: 8,
    totalFiles: 8,
    resumed: false,
  });
  const bytes = seen.map((progress) => progress.bytes);
  expect(bytes).toEqual(bytes.toSorted((one, other) => one - other));
});

async function pulledPaths(files: Record<string, string | Uint8Array | undefined>): Promise<string[]> {
  await using stage = await stageHub(files);
  return (await stage.pull()).files.map(({ path }) => path).toSorted();
}

describe("what is downloaded", () => {
  test("no weights of other frameworks, no pickle, no ONNX beside safetensors, no text", async () => {
    const others = [
      "pytorch_model.bin",
      "tf_model.h5",
      "onnx/model.onnx",
      "README.md",
      "openvino/openvino_model.xml",
      ".gitattributes",
    ];
    expect(await pulledPaths(Object.fromEntries(others.map((path) => [path, path])))).toEqual(tiny);
  });

  test("the shards that the index names, and the files of further modules", async () => {
    const modules = [
      { type: "sentence_transformers.models.Transformer", path: "" },
      { type: "sentence_transformers.models.Pooling", path: "1_Pooling" },
      { type: "sentence_transformers.models.Dense", path: "2_Dense" },
    ];
    const added = {
      "model.safetensors": undefined,
      "model.safetensors.index.json": JSON.stringify({
        weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" },
      }),
      "model-00001-of-00002.safetensors": "one",
      "model-00002-of-00002.safetensors": "two",
      "model-00003-of-00002.safetensors": "not named",
      "modules.json": JSON.stringify(modules),
      "2_Dense/config.json": "{}",
      "2_Dense/model.safetensors": "dense",
      "3_Unnamed/model.safetensors": "not named",
    };
    const expected = [...tiny.filter((path) => path !== "model.safetensors"), ...Object.keys(added)];
    const unique = new Set(expected.filter((path) => path !== "model.safetensors" && !/00003|Unnamed/u.test(path)));
    expect(await pulledPaths(added)).toEqual([...unique].toSorted());
  });

  test("an ONNX model when there are no safetensors", async () => {
    const paths = await pulledPaths({
      "model.safetensors": undefined,
      "onnx/model.onnx": "graph",
      "onnx/model.onnx_data": "weights",
      "onnx/model_int8.onnx": "",
    });
    expect(paths.filter((path) => path.includes("onnx"))).toEqual(["onnx/model.onnx", "onnx/model.onnx_data"]);
  });

  test("one blob for equal files", async () => {
    await using stage = await stageHub({
      "special_tokens_map.json": "{}",
      "added_tokens.json": "{}",
      "vocab.json": "{}",
    });
    await stage.pull();
    expect(stage.hub.downloads.filter(({ path }) => /special_tokens|added_tokens|vocab/u.test(path))).toHaveLength(1);
    expect(await readFile(inSnapshot(stage, "vocab.json"), "utf8")).toBe("{}");
  });

  test("a model in a folder of its repository", async () => {
    await using stage = await stageHub();
    const { files, commit } = stage.repository;
    const inside = new Map([...files].map(([path, content]) => [`fine/tuned/${path}`, content]));
    stage.hub.repositories.set("org/two", { commit, files: inside });
    const pulled = await stage.pull({ name: "org/two/fine/tuned" });
    expect(pulled.path.endsWith(join(commit, "fine", "tuned"))).toBe(true);
    expect(await openModel("org/two/fine/tuned", { ...stage.source, offline: true })).toMatchObject({
      path: pulled.path,
      name: "org/two/fine/tuned",
    });
  });

  test.each([
    ["a pickle alone", { "model.safetensors": undefined, "pytorch_model.bin": "x" }, "weights_missing", /python -c/u],
    [
      "a pickle in parts",
      { "model.safetensors": undefined, "pytorch_model.bin.index.json": "{}" },
      "weights_missing",
      /python -c/u,
    ],
    [
      "a pickle in a module",
      { "modules.json": '[{"type":"Dense","path":"2_Dense"}]', "2_Dense/pytorch_model.bin": "x" },
      "weights_missing",
      /python -c/u,
    ],
    ["no weights", { "model.safetensors": undefined }, "weights_missing", /model.safetensors/u],
    [
      "a lost shard",
      { "model.safetensors": undefined, "model.safetensors.index.json": '{"weight_map":{"a":"lost.safetensors"}}' },
      "weights_missing",
      /revision/u,
    ],
    ["no config.json", { "config.json": undefined }, "model_invalid", /transformers/u],
    ["a module outside", { "modules.json": '[{"type":"Pooling","path":"../../etc"}]' }, "model_invalid", /./u],
    [
      "a shard outside",
      { "model.safetensors": undefined, "model.safetensors.index.json": '{"weight_map":{"a":"../a.safetensors"}}' },
      "model_invalid",
      /./u,
    ],
    [
      "names that differ in case alone",
      {
        "modules.json": '[{"type":"Pooling","path":"1_Pooling"},{"type":"Dense","path":"1_pooling"}]',
        "1_pooling/config.json": "{}",
      },
      "model_invalid",
      /rename/u,
    ],
  ] as const)("%s is refused before the weights are fetched", async (_, files, code, hint) => {
    await using stage = await stageHub(files);
    await expect(stage.pull()).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) as string });
    expect(stage.hub.downloads.filter(({ server }) => server === "cdn")).toEqual([]);
    await expect(openModel("org/tiny", { ...stage.source, offline: true })).rejects.toMatchObject({
      code: "model_offline",
    });
  });

  test("hostile names in the listing are never asked for", async () => {
    const hostile = [
      "../../../escape.json",
      "/etc/passwd",
      "a\\..\\config.json",
      "nul\0.json",
      "C:/config.json",
      "config.json:stream",
      "..",
      "con",
      "dir/",
    ];
    const paths = await pulledPaths(Object.fromEntries(hostile.map((path) => [path, "x"])));
    expect(paths).toEqual(tiny);
  });
});

describe("a snapshot without symbolic links", () => {
  test("has plain files, which are found and kept", async () => {
    vi.stubEnv("HF_HUB_DISABLE_SYMLINKS", "1");
    await using stage = await stageHub();
    const { path } = await stage.pull();
    expect((await lstat(join(path, "model.safetensors"))).isFile()).toBe(true);
    expect((await openModel("org/tiny", { ...stage.source, offline: true })).path).toBe(path);
    const first = stage.hub.downloads.length;
    await stage.pull();
    expect(stage.hub.downloads).toHaveLength(first);
  });

  test("may have lost its blobs, as huggingface_hub moves them", async () => {
    vi.stubEnv("HF_HUB_DISABLE_SYMLINKS", "1");
    await using stage = await stageHub();
    await stage.pull();
    await rm(stage.layout.blob(sha256(contentOf(stage.repository, "model.safetensors"))));
    stage.hub.requests.length = 0;
    await stage.pull();
    expect(stage.hub.downloads.filter(({ server }) => server === "cdn")).toEqual([]);
  });
});

test("a file where a folder must be is an error that names the cache", async () => {
  await using stage = await stageHub();
  await writeFile(stage.layout.model, "");
  await expect(stage.pull()).rejects.toMatchObject({
    code: "model_download_failed",
    hint: expect.stringContaining("HF_HUB_CACHE") as string,
  });
});
