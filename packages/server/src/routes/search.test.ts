import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadReranker } from "@galen/db";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../client.ts";
import { fillNotes, openTestApp, problemOf, type TestApp } from "../testing/test-app.ts";

let server: TestApp;
let loads = 0;
/** The shorter the better; it cannot be loaded at first. */
const loadReranker: LoadReranker = async () => {
  if (++loads === 1) throw new Error("the model is being copied");
  return {
    rerank: async (_query, texts) => texts.map((text) => -text.length),
    [Symbol.asyncDispose]: async () => undefined,
  };
};

beforeAll(async () => {
  server = await openTestApp({ config: { reranker: "shortest" }, loadReranker });
  await fillNotes(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const path = "/v1/collections/notes/search";

it("answers several searches in one call", async () => {
  const searches = [
    { query: "blood sugar" },
    { query: "metformin", mode: "keyword" as const, limit: 1, facets: ["year"] },
  ];
  const response = await server.send("POST", `${path}:batch`, { searches });
  expect(response.status).toBe(200);
  const client = createClient("http://localhost", { fetch: async (...request) => server.app.request(...request) });
  const { responses } = await client.searchBatch("notes", searches);
  expect(responses).toMatchObject([{ mode: "hybrid" }, { mode: "keyword", hits: [{ id: "metformin" }] }]);
  expect(responses[1]?.facets?.["year"]?.values.length).toBeGreaterThan(0);
});

it.each([
  [{ searches: [] }, "/searches"],
  [{ searches: [{ query: "x" }, { query: "x", limit: -1 }] }, "/searches/1/limit"],
  [{ searches: Array.from({ length: 101 }, () => ({ query: "x" })) }, "/searches"],
])("refuses a batch at its place", async (body, pointer) => {
  const response = await server.send("POST", `${path}:batch`, body);
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toMatchObject({ errors: [{ pointer }] });
});

it("reranks by the model of the settings, which is loaded when it is first needed, and again after a failure", async () => {
  expect(loads).toBe(0);
  const request = { query: "blood sugar", rerank: { depth: 3 } };
  expect((await server.send("POST", path, request)).status).toBe(500);
  for (let call = 0; call < 2; call++) {
    const response = await server.send("POST", path, request);
    const { hits } = (await response.json()) as { hits: { score: number }[] };
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    expect(scores.every((score) => score < 0)).toBe(true);
  }
  expect(loads).toBe(2);
});

it("looks for synonyms of the settings' file", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "synonyms.txt");
  await writeFile(file, "glucophage, metformin\n");
  await using plain = await openTestApp({ config: { synonyms: file } });
  await fillNotes(plain);
  const request = { query: "glucophage", mode: "keyword", expand: true, typos: false };
  expect(await (await plain.send("POST", path, request)).json()).toMatchObject({
    expanded: ["metformin"],
    hits: [{ id: "metformin" }],
  });
  await writeFile(file, "alone\n");
  await expect(openTestApp({ config: { synonyms: file } })).rejects.toThrow(
    expect.objectContaining({ code: "config_invalid" }),
  );
  await expect(openTestApp({ config: { synonyms: `${file}.none` } })).rejects.toThrow(
    expect.objectContaining({ code: "config_unreadable" }),
  );
});

it("says that there is no reranker where the settings name none", async () => {
  await using plain = await openTestApp();
  await fillNotes(plain);
  const response = await plain.send("POST", path, { query: "x", rerank: {} });
  expect([response.status, await problemOf(response)]).toMatchObject([422, { code: "query_invalid" }]);
});
