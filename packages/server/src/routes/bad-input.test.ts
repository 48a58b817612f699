import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Problem } from "../schemas/problem.ts";
import { fillNotes, openTestApp, problemOf, type TestApp } from "../testing/test-app.ts";

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ config: { bodyLimit: 8_000_000 } });
  await fillNotes(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const CANARY = "zebrafish-canary";

const upsert = (documents: unknown) => server.send("POST", "/v1/collections/notes/documents", { documents });
const embed = (body: object) => server.send("POST", "/v1/embeddings", body);
const upload = async (body: FormData | string, headers: Readonly<Record<string, string>> = {}) =>
  server.app.request("/v1/collections/notes/files", { method: "POST", body, headers });

/** Every route that reads a JSON body, with a body that it accepts. */
const bodies = {
  "POST /v1/collections": { name: "other" },
  "POST /v1/collections/notes/documents": { documents: [{ text: "one" }] },
  "PATCH /v1/collections/notes": { name: "notes" },
  "PUT /v1/aliases/live": { collection: "notes" },
  "POST /v1/snapshots": { collection: "notes" },
  "PATCH /v1/collections/notes/documents": { documents: [{ id: "none" }] },
  "POST /v1/collections/notes/documents:delete": { ids: ["none"] },
  "POST /v1/collections/notes/search": { query: "blood" },
  "POST /v1/collections/notes/answers": { question: "what lowers blood sugar" },
  "POST /v1/embeddings": { input: "blood" },
} as const;
const routes = Object.keys(bodies).map((route) => route.split(" ") as [string, string]);

describe.each(routes)("%s %s", (method, path) => {
  const good = bodies[`${method} ${path}` as keyof typeof bodies];

  it("says where broken JSON breaks, and repeats nothing of it", async () => {
    const response = await server.send(method, path, `{"query":"${CANARY}",\n "x" 1}`);
    const problem = await problemOf(response);
    expect(response.status).toBe(400);
    expect(problem).toMatchObject({
      code: "json_invalid",
      errors: [{ in: "body", pointer: "", message: "syntax error at line 2, column 6" }],
    });
    expect(JSON.stringify(problem)).not.toContain(CANARY);
  });

  it.each([
    ["an empty body", ""],
    ["a cut body", JSON.stringify(good).slice(0, -1)],
    ["a byte order mark only", "\uFEFF"],
  ])("refuses %s", async (_name, body) => {
    const response = await server.send(method, path, body, { "content-type": "application/json" });
    expect([response.status, (await problemOf(response)).code]).toEqual([400, "json_invalid"]);
  });

  it.each([
    ["null", null],
    ["a list", []],
    ["a text", "text"],
    ["a number", 1],
    ["nothing that it needs", {}],
  ])("refuses %s with a pointer", async (_name, body) => {
    const response = await server.send(method, path, JSON.stringify(body));
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([422, "request_invalid"]);
    expect(problem.errors?.length).toBeGreaterThan(0);
  });

  it("refuses bytes that are not UTF-8", async () => {
    const body = Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const response = await server.app.request(path, { method, body, headers: { "content-type": "application/json" } });
    expect([response.status, (await problemOf(response)).code]).toEqual([400, "json_invalid"]);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "nonsense",
  ])("refuses the content type %s", async (type) => {
    const response = await server.send(method, path, JSON.stringify(good), { "content-type": type });
    expect([response.status, (await problemOf(response)).code]).toEqual([415, "content_type_unsupported"]);
  });

  it("refuses a body without a content type", async () => {
    const response = await server.app.request(path, {
      method,
      body: new Blob([JSON.stringify(good)]).stream(),
      duplex: "half",
    });
    expect([response.status, (await problemOf(response)).code]).toEqual([415, "content_type_unsupported"]);
  });

  it("refuses a body over the limit, told beforehand or not", async () => {
    const body = JSON.stringify({ ...good, filler: "x".repeat(8_000_000) });
    const told = await server.send(method, path, body, { "content-length": String(body.length) });
    const untold = await server.app.request(path, {
      method,
      headers: { "content-type": "application/json" },
      body: new Blob([body]).stream(),
      duplex: "half",
    });
    for (const response of [told, untold])
      expect([response.status, (await problemOf(response)).code]).toEqual([413, "body_too_large"]);
  });
});

describe("collections", () => {
  it.each([
    "/v1/collections/note",
    "/v1/collections/note/fields",
    "/v1/collections/note/documents",
    "/v1/collections/note/documents/x",
    "/v1/collections/note/documents/x/text",
  ])("GET %s suggests the nearest name", async (path) => {
    const response = await server.send("GET", path);
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([404, "collection_not_found"]);
    expect(problem.hint).toContain("notes");
  });

  it.each([
    ["POST", "/v1/collections/note/documents", bodies["POST /v1/collections/notes/documents"]],
    ["POST", "/v1/collections/note/documents:delete", bodies["POST /v1/collections/notes/documents:delete"]],
    ["POST", "/v1/collections/note/search", bodies["POST /v1/collections/notes/search"]],
    ["POST", "/v1/collections/note/answers", bodies["POST /v1/collections/notes/answers"]],
    ["DELETE", "/v1/collections/note", undefined],
    ["DELETE", "/v1/collections/note/documents/x", undefined],
  ])("%s %s refuses an unknown collection", async (method, path, body) => {
    const response = await server.send(method, path, body);
    expect([response.status, (await problemOf(response)).code]).toEqual([404, "collection_not_found"]);
  });

  it.each(["has space", "-dash", "x".repeat(65), "..", "a/b", "ü"])(
    "refuses the name %j, in a body and in an address",
    async (name) => {
      const created = await server.send("POST", "/v1/collections", { name });
      expect([created.status, (await problemOf(created)).code]).toEqual([422, "request_invalid"]);
      const read = await server.send("GET", `/v1/collections/${encodeURIComponent(name)}`);
      expect([404, 422]).toContain(read.status);
    },
  );

  it("refuses a second collection of the same name", async () => {
    const response = await server.send("POST", "/v1/collections", { name: "notes" });
    expect([response.status, (await problemOf(response)).code]).toEqual([409, "collection_exists"]);
  });

  it.each([{ text: "string" }, { year: "integer" }, { "not a name": "string" }])(
    "refuses the fields %j",
    async (fields) => {
      const response = await server.send("POST", "/v1/collections", { name: "other", fields });
      expect([response.status, (await problemOf(response)).code]).toEqual([422, "request_invalid"]);
    },
  );
});

describe("documents", () => {
  it("stores the good ones and names the bad ones", async () => {
    const response = await upsert([
      { text: "good one", id: "good" },
      { id: "no-text" },
      { id: "x".repeat(10_000), text: "long id" },
      "text",
      null,
      { id: "control\u0000", text: "x" },
    ]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      upserted: 1,
      ids: ["good"],
      failed: [1, 2, 3, 4, 5].map((index) => ({ index, code: "document_invalid" })),
    });
    await server.send("DELETE", "/v1/collections/notes/documents/good");
  });

  it("keeps the last of two documents with the same id in one batch", async () => {
    const response = await upsert([
      { id: "twice", text: "first" },
      { id: "twice", text: "second" },
    ]);
    expect(await response.json()).toMatchObject({ upserted: 1, duplicates: 1, failed: [] });
    expect(await (await server.send("GET", "/v1/collections/notes/documents/twice")).json()).toMatchObject({
      text: "second",
    });
    await server.send("DELETE", "/v1/collections/notes/documents/twice");
  });

  it("refuses a document of 5 MB by itself", async () => {
    const response = await upsert([{ id: "large", text: "a ".repeat(2_500_000) }]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      upserted: 0,
      failed: [{ index: 0, id: "large", code: "document_too_large" }],
    });
  });

  it("reports a metadata value of another type than declared", async () => {
    const response = await upsert([{ id: "typed", text: "x", metadata: { year: CANARY } }]);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ upserted: 0, failed: [{ index: 0, code: "field_type_mismatch" }] });
    expect(body).not.toContain(CANARY);
  });

  it.each([[[]], [Array.from({ length: 1_001 }, () => ({ text: "x" }))]])(
    "refuses a batch of no or too many documents",
    async (documents) => {
      const response = await upsert(documents);
      expect([response.status, (await problemOf(response)).errors?.[0]?.pointer]).toEqual([422, "/documents"]);
    },
  );

  it("finds documents by awkward ids, and only by them", async () => {
    const path = `/v1/collections/notes/documents/${encodeURIComponent("a/b %25?#ü")}`;
    expect(await (await server.send("GET", path)).json()).toMatchObject({ id: "a/b %25?#ü", metadata: { year: 2021 } });
    expect(await (await server.send("GET", `${path}/text?start=2&end=10`)).json()).toMatchObject({
      text: "document",
      start: 2,
      end: 10,
      length: 30,
    });
    expect((await problemOf(await server.send("GET", "/v1/collections/notes/documents/a"))).code).toBe(
      "document_not_found",
    );
  });

  it("does not repeat an unknown id", async () => {
    for (const method of ["GET", "DELETE"]) {
      const response = await server.send(method, `/v1/collections/notes/documents/${CANARY}`);
      const { instance, ...problem } = await problemOf(response);
      expect([response.status, problem.code]).toEqual([404, "document_not_found"]);
      expect(instance).toContain(CANARY);
      expect(JSON.stringify(problem)).not.toContain(CANARY);
    }
  });

  it("refuses an id of 10 kB in an address", async () => {
    const response = await server.send("GET", `/v1/collections/notes/documents/${"x".repeat(10_000)}`);
    expect([response.status, (await problemOf(response)).code]).toEqual([422, "request_invalid"]);
  });

  it.each(["limit=0", "limit=-1", "limit=1000000000", "limit=x", "limit=1.5"])(
    "refuses to list with %s",
    async (query) => {
      const response = await server.send("GET", `/v1/collections/notes/documents?${query}`);
      expect([response.status, (await problemOf(response)).errors?.[0]]).toMatchObject([
        422,
        { in: "query", pointer: "/limit" },
      ]);
    },
  );

  it("refuses a cursor of another request", async () => {
    const response = await server.send("GET", "/v1/collections/notes/documents?cursor=nonsense");
    expect([response.status, (await problemOf(response)).code]).toEqual([422, "cursor_invalid"]);
  });

  it.each([{ ids: [] }, { filter: {} }, { ids: ["a"], filter: { year: 1 } }, { everything: true }])(
    "refuses to delete by %j",
    async (body) => {
      const response = await server.send("POST", "/v1/collections/notes/documents:delete", body);
      expect([response.status, (await problemOf(response)).code]).toEqual([422, "request_invalid"]);
    },
  );
});

describe.each([
  ["search", "query"],
  ["answers", "question"],
])("%s", (route, field) => {
  const ask = (body: object) => server.send("POST", `/v1/collections/notes/${route}`, body);

  it.each([
    ["an empty text", ""],
    ["white space", " \n\t"],
    ["100,000 characters", `${CANARY} `.repeat(6_000)],
    ["a number", 5],
  ])("refuses %s", async (_name, value) => {
    const response = await ask({ [field]: value });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ code: "request_invalid", errors: [{ in: "body", pointer: `/${field}` }] });
    expect(text).not.toContain(CANARY);
  });

  it.each([0, -1, 1e9, 1.5, "10"])("refuses the limit %j", async (limit) => {
    const response = await ask({ [field]: "blood", limit });
    expect([response.status, (await problemOf(response)).errors?.[0]?.pointer]).toEqual([422, "/limit"]);
  });

  it("refuses an unknown field, pointing at it", async () => {
    const response = await ask({ [field]: "blood", limt: 3 });
    expect((await problemOf(response)).errors).toEqual([
      { in: "body", pointer: "/limt", message: "there is no such field" },
    ]);
  });

  it("refuses an unknown mode", async () => {
    const response = await ask({ [field]: "blood", mode: CANARY });
    const problem = await problemOf(response);
    expect([response.status, problem.errors?.[0]?.pointer]).toEqual([422, "/mode"]);
    expect(JSON.stringify(problem)).not.toContain(CANARY);
  });

  it.each([
    [{ no_such_field: CANARY }],
    [{ "not a name!": 1 }],
    [{ year: CANARY }],
    [{ year: { above: 3 } }],
    [{ year: {} }],
    [{ and: { year: 1 } }],
    ["year"],
  ])("refuses the filter %j", async (filter) => {
    const response = await ask({ [field]: "blood", filter });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(Problem.parse(JSON.parse(text)).code).toMatch(
      /^(filter_field_unknown|filter_invalid|field_type_mismatch|request_invalid)$/,
    );
    expect(text).not.toContain(CANARY);
  });
});

describe("embeddings", () => {
  it.each([
    { input: "" },
    { input: [] },
    { input: [""] },
    { input: [1, 2, 3] },
    { input: [[1, 2]] },
    { input: Array(2_049).fill("x") },
    { input: "x".repeat(65_537) },
    { input: "x", encoding_format: "int8" },
    { input: "x", dimensions: 7 },
    { input: "x", dimensions: 0 },
  ])("refuses %j", async (body) => {
    const response = await embed(body);
    expect([response.status, (await problemOf(response)).code]).toEqual([422, "request_invalid"]);
  });

  it("does not load a model that a request names", async () => {
    const response = await embed({ input: "x", model: "/etc" });
    expect([response.status, (await problemOf(response)).code]).toEqual([404, "model_not_found"]);
  });
});

describe("uploads", () => {
  it("refuses what is no form", async () => {
    const response = await upload("{}", { "content-type": "application/json" });
    expect([response.status, (await problemOf(response)).code]).toEqual([415, "content_type_unsupported"]);
  });

  it("refuses a form without a file, a cut form and an unknown field", async () => {
    const form = new FormData();
    form.append("text", "body");
    const cut = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc';
    const strange = new FormData();
    strange.append("colour", "red");
    strange.append("file", new Blob(["text"]), "a.txt");
    expect([
      (await upload(form)).status,
      (await upload(cut, { "content-type": "multipart/form-data; boundary=x" })).status,
    ]).toEqual([400, 400]);
    const response = await upload(strange);
    expect([response.status, (await problemOf(response)).errors?.[0]?.pointer]).toEqual([422, "/colour"]);
  });

  it("refuses an unknown collection before it reads the file", async () => {
    const response = await server.app.request("/v1/collections/none/files", { method: "POST", body: new FormData() });
    expect((await problemOf(response)).code).toBe("collection_not_found");
  });
});

it.each(["/v1/tasks/none", "/v1/tasks/none/events"])("GET %s knows no such task", async (path) => {
  const response = await server.send("GET", path);
  expect([response.status, (await problemOf(response)).code]).toEqual([404, "task_not_found"]);
});

it("logs nothing of what it refused", () => {
  expect(server.log.length).toBeGreaterThan(100);
  expect(server.log.join("")).not.toContain(CANARY);
});
