import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gitBlobHash, sha256, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { locateModel, openModel } from "../model-folder/sources.ts";
import { contentOf, inSnapshot, stageHub } from "../testing/hub-stage.ts";
import type { HubStage } from "../testing/hub-stage.ts";

const openOffline = ({ source }: HubStage) => openModel("org/tiny", { ...source, offline: true });

describe("a snapshot that lacks files", () => {
  test.each([["model.safetensors"], ["tokenizer.json"], ["config.json"], ["1_Pooling/config.json"], ["modules.json"]])(
    "%s is named when offline, and fetched alone when not",
    async (path) => {
      await using stage = await stageHub();
      await stage.pull();
      await unlink(inSnapshot(stage, path));
      const content = contentOf(stage.repository, path);
      stage.hub.requests.length = 0;

      await expect(openOffline(stage)).rejects.toMatchObject({
        code: "model_offline",
        message: expect.stringContaining(path) as string,
        hint: expect.stringMatching(/galen model pull org\/tiny$/u) as string,
        details: { missing: [path] },
      });
      expect(await locateModel("org/tiny", stage.source)).toBeUndefined();
      expect(stage.hub.requests).toEqual([]);

      await rm(stage.layout.blob(path.endsWith(".safetensors") ? sha256(content) : gitBlobHash(content)));
      expect((await openModel("org/tiny", stage.source)).name).toBe("org/tiny");
      expect(stage.hub.downloads.every((seen) => seen.path.endsWith(path) || seen.server === "cdn")).toBe(true);
      expect((await openOffline(stage)).name).toBe("org/tiny");
    },
  );
});

// As transformers leaves a cache: without modules.json, which says nothing of whether the model has one.
async function stagePlain(): Promise<HubStage> {
  const stage = await stageHub();
  await stage.pull();
  await unlink(inSnapshot(stage, "modules.json"));
  return stage;
}

describe("a file that the repository does not have", () => {
  test("is known by a mark in .no_exist", async () => {
    await using stage = await stagePlain();
    await expect(openOffline(stage)).rejects.toMatchObject({ code: "model_offline" });
    const mark = stage.layout.absent(stage.repository.commit, "modules.json");
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, "");
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("is known by the listing of newer versions of huggingface_hub", async () => {
    await using stage = await stagePlain();
    const tree = stage.layout.tree(stage.repository.commit);
    await mkdir(dirname(tree), { recursive: true });
    await writeFile(tree, '{"format_version":1,"files":{"modules.json":{}}}');
    await expect(openOffline(stage)).rejects.toMatchObject({ code: "model_offline" });
    await writeFile(tree, '{"format_version":1,"files":{"config.json":{}}}');
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("is known when all files were downloaded", async () => {
    await using stage = await stagePlain();
    await writeFile(inSnapshot(stage, ".gitattributes"), "");
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("is marked by a pull, so that the next one is found", async () => {
    await using stage = await stageHub({ "modules.json": undefined, "1_Pooling/config.json": undefined });
    await stage.pull();
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("does not matter for a cross-encoder", async () => {
    await using stage = await stagePlain();
    const config = JSON.parse(String(Buffer.from(contentOf(stage.repository, "config.json")))) as object;
    await unlink(inSnapshot(stage, "config.json"));
    await writeFile(
      inSnapshot(stage, "config.json"),
      JSON.stringify({ ...config, architectures: ["BertForSequenceClassification"] }),
    );
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });
});

describe("links", () => {
  test("that lead out of the cache are not followed", async () => {
    await using stage = await stageHub();
    await using elsewhere = await temporaryDirectory();
    await stage.pull();
    const secret = join(elsewhere.path, "secret.json");
    await writeFile(secret, contentOf(stage.repository, "config.json"));
    await unlink(inSnapshot(stage, "config.json"));
    await symlink(secret, inSnapshot(stage, "config.json"));
    await expect(openOffline(stage)).rejects.toMatchObject({
      code: "model_invalid",
      message: expect.stringContaining("leads out") as string,
    });
    await stage.pull();
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("by way of the store that all models share are", async () => {
    await using stage = await stageHub();
    await stage.pull();
    const etag = sha256(contentOf(stage.repository, "model.safetensors"));
    const store = join(stage.layout.root, "blobs", etag.slice(0, 2));
    await mkdir(store, { recursive: true });
    await rename(stage.layout.blob(etag), join(store, etag));
    await symlink(join(store, etag), stage.layout.blob(etag));
    expect((await openOffline(stage)).name).toBe("org/tiny");
  });

  test("may place the cache, a model or its blobs on another disk", async () => {
    await using stage = await stageHub();
    await using disk = await temporaryDirectory();
    await stage.pull();
    await rename(stage.layout.blobs, join(disk.path, "blobs"));
    await symlink(join(disk.path, "blobs"), stage.layout.blobs);
    expect((await openOffline(stage)).name).toBe("org/tiny");
    await rename(stage.layout.model, join(disk.path, "model"));
    await symlink(join(disk.path, "model"), stage.layout.model);
    expect((await openOffline(stage)).name).toBe("org/tiny");
    await symlink(stage.layout.root, join(disk.path, "cache"));
    expect((await openModel("org/tiny", { cacheFolder: join(disk.path, "cache"), offline: true })).name).toBe(
      "org/tiny",
    );
  });

  test("whose blob is gone are missing files", async () => {
    await using stage = await stageHub();
    await stage.pull();
    await rm(stage.layout.blob(sha256(contentOf(stage.repository, "model.safetensors"))));
    await expect(openOffline(stage)).rejects.toMatchObject({
      code: "model_offline",
      details: { missing: ["model.safetensors"] },
    });
  });
});

test.each(["../../elsewhere", "", "main", "x".repeat(2000)])("the ref %j is not followed", async (ref) => {
  await using stage = await stageHub();
  await stage.pull();
  await writeFile(stage.layout.ref("main"), ref);
  await expect(openOffline(stage)).rejects.toMatchObject({
    code: expect.stringMatching(/^model_(?:offline|invalid)$/u) as string,
  });
});
