import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { HubStandIn, repositoryOf, temporaryDirectory } from "@galen/testing";
import { afterEach, expect, test, vi } from "vitest";
import { loadSentenceTransformer } from "./sentence-transformer.ts";

const tinyBert = fileURLToPath(new URL("../../../../testing/golden/tiny-bert", import.meta.url));

afterEach(() => void vi.unstubAllEnvs());

test("a model that is not on this machine is not downloaded, and the error says what would do it", async () => {
  await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(tinyBert) });
  await using cache = await temporaryDirectory();
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  vi.stubEnv("HF_HUB_CACHE", cache.path);
  await expect(loadSentenceTransformer("org/tiny")).rejects.toMatchObject({
    code: "model_offline",
    hint: expect.stringContaining("galen model pull org/tiny") as string,
  });
  expect(hub.requests).toEqual([]);
  expect(await readdir(cache.path)).toEqual([]);
});

test("vectors have length 1 whatever the model says", async () => {
  await using embedder = await loadSentenceTransformer(tinyBert);
  const [vector] = await embedder.embedDocuments(["the cat"]);
  expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
});
