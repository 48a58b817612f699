import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollectionInfo, Document, DocumentPage, SearchResponse } from "@galen/db/schemas";
import { Answer, AnswerEvent } from "@galen/rag/schemas";
import { About } from "../schemas/about.ts";
import { CollectionList, TaskAccepted, TaskList, TextWindow } from "../schemas/documents.ts";
import { EmbeddingsResponse } from "../schemas/embeddings.ts";
import { Task } from "../schemas/task.ts";
import { temporaryDirectory } from "@galen/testing";
import { fillNotes, openTestApp, type TestApp } from "../testing/test-app.ts";

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ embedder: { dimension: 64 } });
  await fillNotes(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const get = async (path: string) => (await server.send("GET", path)).json();
const post = async (path: string, body: unknown) => (await server.send("POST", path, body)).json();

/** Follows a task to its end. */
async function ended(id: string): Promise<Task> {
  const events = await (await server.send("GET", `/v1/tasks/${id}/events`)).text();
  const last = events.trim().split("\n\n").at(-1)?.split("\ndata: ")[1];
  return Task.parse(JSON.parse(last ?? ""));
}

function unpack(base64: unknown): number[] {
  const bytes = Buffer.from(String(base64), "base64");
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

it("makes, describes, lists and drops a collection", async () => {
  const created = await server.send("POST", "/v1/collections", {
    name: "short-lived",
    fields: { year: "number", when: "date" },
  });
  expect([created.status, created.headers.get("location")]).toEqual([201, "/v1/collections/short-lived"]);
  expect(CollectionInfo.parse(await created.json())).toMatchObject({
    documents: 0,
    fields: { year: "number", when: "date" },
  });
  expect(CollectionList.parse(await get("/v1/collections")).collections.map(({ name }) => name)).toEqual([
    "notes",
    "short-lived",
  ]);
  expect(await get("/v1/collections/short-lived/fields")).toEqual({
    declared: { year: "number", when: "date" },
    seen: [],
  });
  const dropped = await server.send("DELETE", "/v1/collections/short-lived");
  expect([dropped.status, await dropped.text()]).toEqual([204, ""]);
  expect((await server.send("GET", "/v1/collections/short-lived")).status).toBe(404);
});

it("reads, lists by page and deletes documents", async () => {
  expect(Document.parse(await get("/v1/collections/notes/documents/metformin"))).toMatchObject({
    title: "Metformin",
    metadata: { year: 2019 },
  });
  const first = DocumentPage.parse(await get("/v1/collections/notes/documents?limit=2"));
  const second = DocumentPage.parse(
    await get(`/v1/collections/notes/documents?limit=2&cursor=${encodeURIComponent(first.cursor ?? "")}`),
  );
  expect([...first.documents, ...second.documents].map(({ id }) => id)).toEqual([
    "a/b %25?#ü",
    "ibuprofen",
    "metformin",
  ]);
  await post("/v1/collections/notes/documents", {
    documents: [
      { id: 1, text: "one" },
      { id: "2", text: "two" },
      { id: "3", text: "three", metadata: { year: 1 } },
    ],
  });
  expect(await post("/v1/collections/notes/documents:delete", { ids: ["1", 2, "none"] })).toMatchObject({ deleted: 2 });
  expect(await post("/v1/collections/notes/documents:delete", { filter: { year: { lt: 2 } } })).toMatchObject({
    deleted: 1,
  });
});

it("reads windows of a text", async () => {
  const path = "/v1/collections/notes/documents/metformin/text";
  const whole = TextWindow.parse(await get(path));
  expect(whole).toMatchObject({ id: "metformin", title: "Metformin", start: 0, end: 52, length: 52 });
  expect(await get(`${path}?start=0&end=9`)).toMatchObject({ text: "Metformin", end: 9 });
  expect(await get(`${path}?start=40&end=9000`)).toMatchObject({ start: 40, end: 52, text: whole.text.slice(40) });
  expect(await get(`${path}?start=9000&end=5`)).toMatchObject({ start: 52, end: 52, text: "" });
});

it("changes documents, one by one and by a filter, and keeps what another has changed", async () => {
  await server.services.database.createCollection({ name: "patched", fields: { year: "number" } });
  const path = "/v1/collections/patched/documents";
  await post(path, {
    documents: [
      { id: "a", text: "Aspirin.", metadata: { year: 1 } },
      { id: "b", text: "Biopsy.", metadata: { year: 1, note: "x" } },
    ],
  });
  const patch = async (body: unknown) => (await server.send("PATCH", path, body)).json();
  expect(
    await patch({
      documents: [
        { id: "a", if_rev: 1, title: "A", metadata: { year: 2 } },
        { id: "b", if_rev: 9, metadata: { year: 2 } },
        { id: "none", tags: ["t"] },
      ],
    }),
  ).toEqual({
    patched: 1,
    unchanged: 0,
    missing: ["none"],
    failed: [{ index: 1, id: "b", code: "revision_conflict", message: "if_rev: the stored revision is 1" }],
    version: 2,
  });
  expect(await patch({ filter: { year: 1 }, changes: { metadata: { note: null } } })).toMatchObject({ patched: 1 });
  expect(Document.parse(await get(`${path}/b`))).toMatchObject({ metadata: { year: 1 }, rev: 3 });
  const conflict = await server.send("POST", `${path}:delete`, { ids: ["a"], if_rev: 1 });
  expect([conflict.status, await conflict.json()]).toMatchObject([409, { code: "revision_conflict" }]);
  expect((await server.send("POST", `${path}:delete`, { ids: ["a", "b"], if_rev: 1 })).status).toBe(422);
  expect(await post(`${path}:delete`, { ids: ["a"], if_rev: 2 })).toMatchObject({ deleted: 1 });
});

it("answers a repeated call with an idempotency key as before, and writes nothing again", async () => {
  await server.services.database.createCollection({ name: "once" });
  const path = "/v1/collections/once/documents";
  const send = (body: unknown, key: string) => server.send("POST", path, body, { "idempotency-key": key });
  const body = { documents: [{ text: "Without an id." }] };
  const answers = [await (await send(body, "key-1")).json(), await (await send(body, "key-1")).json()];
  expect(answers[1]).toEqual(answers[0]);
  expect(DocumentPage.parse(await get(path)).total).toBe(1);
  const reused = await send({ documents: [{ text: "Another." }] }, "key-1");
  expect([reused.status, await reused.json()]).toMatchObject([422, { code: "idempotency_key_reused" }]);
  const invalid = await send(body, "key\u00e9");
  expect([invalid.status, await invalid.json()]).toMatchObject([422, { code: "request_invalid" }]);
});

it("renames collections, makes them anew, and switches aliases", async () => {
  const { database } = server.services;
  await (await database.createCollection({ name: "blue" })).upsert([{ id: "a", text: "Blue.", metadata: { year: 1 } }]);
  await database.createCollection({ name: "green" });
  const set = async (collection: string) => server.send("PUT", "/v1/aliases/live", { collection });
  expect(await (await set("green")).json()).toEqual({ alias: "live", collection: "green" });
  expect(await (await set("blue")).json()).toEqual({ alias: "live", collection: "blue" });
  expect(await get("/v1/aliases")).toEqual({ aliases: [{ alias: "live", collection: "blue" }] });
  expect((await set("none")).status).toBe(404);
  expect((await server.send("PUT", "/v1/aliases/green", { collection: "blue" })).status).toBe(409);
  expect(await (await server.send("PATCH", "/v1/collections/blue", { name: "azure" })).json()).toMatchObject({
    name: "azure",
    documents: 1,
  });
  const accepted = await server.send("POST", "/v1/collections/live/reindex", { fields: { year: "number" } });
  expect(accepted.status).toBe(202);
  const { task } = TaskAccepted.parse(await accepted.json());
  expect(task).toMatchObject({ kind: "reindex", collection: "azure" });
  expect(await ended(task.id)).toMatchObject({ state: "done", progress: { documents: 1, total: 1 } });
  expect(await get("/v1/collections/live")).toMatchObject({ name: "azure", fields: { year: "number" }, documents: 1 });
  expect((await server.send("DELETE", "/v1/aliases/live")).status).toBe(204);
  expect((await server.send("DELETE", "/v1/aliases/live")).status).toBe(404);
  for (const name of ["azure", "green", "once", "patched"]) await database.dropCollection(name);
});

it("searches in every mode, with filter and explanation", async () => {
  for (const mode of ["hybrid", "dense", "keyword"]) {
    const response = SearchResponse.parse(
      await post("/v1/collections/notes/search", { query: "blood sugar", mode, limit: 1 }),
    );
    expect(
      response.hits.map(({ id }) => id),
      mode,
    ).toEqual(["metformin"]);
  }
  const filtered = SearchResponse.parse(
    await post("/v1/collections/notes/search", { query: "blood sugar", filter: { year: { gt: 2020 } }, explain: true }),
  );
  expect(filtered.hits[0]).toMatchObject({
    id: "ibuprofen",
    explain: { dense: { weight: expect.any(Number) }, keyword: { weight: expect.any(Number) } },
  });
});

describe("answers", () => {
  const question = "Does metformin lower blood sugar?";

  it("quotes the documents", async () => {
    const answer = Answer.parse(await post("/v1/collections/notes/answers", { question }));
    const { text } = Document.parse(await get("/v1/collections/notes/documents/metformin"));
    for (const { start, end, quote } of answer.citations) expect(text.slice(start, end)).toBe(quote);
    expect(answer.notice).toContain("not medical advice");
  });

  it("streams the same answer", async () => {
    const response = await server.send("POST", "/v1/collections/notes/answers", { question, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = (await response.text())
      .trim()
      .split("\n\n")
      .map((block) => {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        return { name, event: AnswerEvent.parse(JSON.parse(data ?? "")) };
      });
    for (const { name, event } of events) expect(name).toBe(event.type);
    expect([events[0]?.name, events.at(-1)?.name]).toEqual(["sources", "answer"]);
  });
});

describe("tasks", () => {
  it("read an uploaded file", async () => {
    const form = new FormData();
    form.append("id", "key");
    form.append("text", "body");
    form.append(
      "file",
      new Blob([
        '{"key":"u1","body":"Aspirin thins the blood.","year":1999}\n{"key":"u2"}\n{"key":"u3","body":"Insulin lowers blood sugar."}\n',
      ]),
      "C:\\notes\\drugs.jsonl",
    );
    const response = await server.app.request("/v1/collections/notes/files", { method: "POST", body: form });
    expect(response.status).toBe(202);
    const { task } = TaskAccepted.parse(await response.json());
    expect([task.kind, task.collection, task.name, response.headers.get("location")]).toEqual([
      "ingest",
      "notes",
      "drugs.jsonl",
      `/v1/tasks/${task.id}`,
    ]);
    const done = await ended(task.id);
    expect(done).toMatchObject({
      state: "done",
      report: { documents: 2, added: 2, failed_total: 1, failed: [{ line: 2 }] },
      progress: { phase: "done" },
    });
    expect(await get("/v1/collections/notes/documents/u1")).toMatchObject({
      text: "Aspirin thins the blood.",
      metadata: { year: 1999 },
    });
    expect(TaskList.parse(await get("/v1/tasks")).tasks[0]?.id).toBe(task.id);
    expect((await server.send("DELETE", `/v1/tasks/${task.id}`)).status).toBe(409);
  });

  it("store documents with Prefer: respond-async", async () => {
    const response = await server.send(
      "POST",
      "/v1/collections/notes/documents",
      { documents: [{ id: "later", text: "Stored later." }, { id: "bad" }] },
      { prefer: "respond-async, wait=1" },
    );
    expect([response.status, response.headers.get("preference-applied")]).toEqual([202, "respond-async"]);
    const { task } = TaskAccepted.parse(await response.json());
    expect(await ended(task.id)).toMatchObject({
      state: "done",
      report: { documents: 1, added: 1, failed: [{ id: "bad", code: "document_invalid" }] },
    });
    expect((await server.send("GET", "/v1/collections/notes/documents/later")).status).toBe(200);
  });

  it("store accepted documents after a restart of the server, under the same address", async () => {
    await using folder = await temporaryDirectory();
    const config = { data: folder.path };
    const stuck = Promise.withResolvers<void>();
    let id: string;
    {
      await using first = await openTestApp({ config, embedder: { beforeEmbed: () => stuck.promise } });
      await first.services.database.createCollection({ name: "notes" });
      const path = "/v1/collections/notes/documents";
      const body = { documents: [{ id: "later", text: "Stored later." }] };
      const response = await first.send("POST", path, body, { prefer: "respond-async" });
      id = TaskAccepted.parse(await response.json()).task.id;
      setTimeout(stuck.resolve, 100);
    }
    await using second = await openTestApp({ config });
    await (await second.send("GET", `/v1/tasks/${id}/events`)).text();
    expect(await (await second.send("GET", `/v1/tasks/${id}`)).json()).toMatchObject({ state: "done", kind: "ingest" });
    expect((await second.send("GET", "/v1/collections/notes/documents/later")).status).toBe(200);
  });

  it("refuse a file over the limit", async () => {
    await using small = await openTestApp({ config: { uploadLimit: 1_000 } });
    await small.services.database.createCollection({ name: "notes" });
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(1_001)]), "large.txt");
    const response = await small.app.request("/v1/collections/notes/files", { method: "POST", body: form });
    expect([response.status, await response.json()]).toMatchObject([413, { code: "body_too_large" }]);
    const exact = new FormData();
    exact.append("file", new Blob(["x".repeat(1_000)]), "fits.txt");
    expect((await small.app.request("/v1/collections/notes/files", { method: "POST", body: exact })).status).toBe(202);
  });
});

describe("embeddings", () => {
  it("have OpenAI's shape, as numbers and as base64", async () => {
    const texts = ["blood sugar", "blood pressure"];
    const numbers = EmbeddingsResponse.parse(
      await post("/v1/embeddings", { input: texts, model: "default", dimensions: 64 }),
    );
    const packed = EmbeddingsResponse.parse(await post("/v1/embeddings", { input: texts, encoding_format: "base64" }));
    expect(numbers).toMatchObject({
      object: "list",
      model: "fake-words",
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    expect(numbers.data.map(({ index, object }) => [index, object])).toEqual([
      [0, "embedding"],
      [1, "embedding"],
    ]);
    expect(packed.data.map(({ embedding }) => unpack(embedding))).toEqual(
      numbers.data.map(({ embedding }) => embedding),
    );
  });

  it("take one text, and the model of a collection by its name", async () => {
    const { model } = CollectionInfo.parse(await get("/v1/collections/notes"));
    const response = EmbeddingsResponse.parse(
      await post("/v1/embeddings", { input: "blood", model, input_type: "query" }),
    );
    expect(response.data).toHaveLength(1);
  });
});

it("tells what is running, and when it is ready", async () => {
  expect(About.parse(await get("/v1/about"))).toMatchObject({
    name: "galen",
    data: server.config.data,
    notice: expect.stringContaining("not medical advice"),
  });
  expect(await get("/healthz")).toEqual({ status: "ok" });
  expect(await get("/readyz")).toEqual({ status: "ok" });
  expect(await get("/openapi.json")).toMatchObject({ openapi: "3.1.0" });
});
