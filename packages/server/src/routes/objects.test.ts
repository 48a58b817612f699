import { readdir } from "node:fs/promises";
import { MAX_OBJECT_BYTES } from "@galen/db/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../client.ts";
import { fillNotes, openTestApp, problemOf, type TestApp } from "../testing/test-app.ts";

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp();
  await fillNotes(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const path = "/v1/collections/notes/documents/metformin/object";
const leaflet = Buffer.from("%PDF-1.7 a leaflet");

async function put(
  body: Uint8Array<ArrayBuffer> | string | ReadableStream,
  type: string | undefined,
  target = path,
): Promise<Response> {
  const init = {
    method: "PUT",
    body,
    headers: type === undefined ? {} : { "content-type": type },
    duplex: "half",
  } as const;
  const request = new Request(`http://localhost${target}`, init);
  if (type === undefined) request.headers.delete("content-type");
  return server.app.request(request);
}

/** Where the system tells. */
async function openFiles(): Promise<number> {
  return process.platform === "linux" ? (await readdir("/proc/self/fd")).length : 0;
}

describe("the object of a document", () => {
  it("is stored, shown, read as an attachment that nothing runs, and taken away", async () => {
    const stored = await put(leaflet, "Application/PDF");
    expect([stored.status, await stored.json()]).toMatchObject([
      200,
      { object: { media_type: "application/pdf", bytes: leaflet.length }, version: 2 },
    ]);
    const document = (await (await server.send("GET", path.replace("/object", ""))).json()) as { object: object };
    const search = await server.send("POST", "/v1/collections/notes/search", { query: "metformin blood sugar" });
    const { hits } = (await search.json()) as { hits: { id: string; object?: object }[] };
    expect(hits.find(({ id }) => id === "metformin")?.object).toEqual(document.object);

    const read = await server.send("GET", path);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      "content-type": "application/pdf",
      "content-length": String(leaflet.length),
      "content-disposition": "attachment",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    expect(Buffer.from(await read.arrayBuffer())).toEqual(leaflet);

    expect((await server.send("DELETE", path)).status).toBe(200);
    const gone = await server.send("GET", path);
    expect([gone.status, (await problemOf(gone)).code]).toEqual([404, "object_not_found"]);
  });

  it("answers HEAD with its headers, and leaves no file open", async () => {
    expect((await put(leaflet, "application/pdf")).status).toBe(200);
    const before = await openFiles();
    for (let at = 0; at < 50; at++) {
      const head = await server.app.request(path, { method: "HEAD" });
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(leaflet.length)]);
    }
    expect(await openFiles()).toBeLessThan(before + 25);
  });

  it("may be JSON, which is kept as it is written", async () => {
    const text = '{ "not" : "read" ,';
    expect((await put(text, "application/json")).status).toBe(200);
    expect(await (await server.send("GET", path)).text()).toBe(text);
  });

  it("is set only at the revision that was asked for", async () => {
    const document = (await (await server.send("GET", path.replace("/object", ""))).json()) as { rev: number };
    const late = await put(leaflet, "application/pdf", `${path}?if_rev=${document.rev - 1}`);
    expect([late.status, (await problemOf(late)).code]).toEqual([409, "revision_conflict"]);
    expect((await put(leaflet, "application/pdf", `${path}?if_rev=${document.rev}`)).status).toBe(200);
  });

  it.each([undefined, "text/html", "image/svg+xml", "text/plain; charset=utf-8", "pdf", "*/*"])(
    "is refused as %s",
    async (type) => {
      const response = await put(leaflet, type);
      expect([response.status, (await problemOf(response)).code]).toEqual(
        type === undefined ? [415, "content_type_unsupported"] : [422, "document_invalid"],
      );
    },
  );

  it("is refused empty, for no document, in no collection, and by a JSON document", async () => {
    const answers = await Promise.all([
      put("", "application/pdf"),
      put(leaflet, "application/pdf", path.replace("metformin", "none")),
      put(leaflet, "application/pdf", path.replace("notes", "other")),
      server.send("GET", path.replace("metformin", "none")),
    ]);
    expect(await Promise.all(answers.map(async (answer) => (await problemOf(answer)).code))).toEqual([
      "document_invalid",
      "document_not_found",
      "collection_not_found",
      "document_not_found",
    ]);
    const document = { id: "x", text: "x", object: { media_type: "text/plain", bytes: "eA==" } };
    const upsert = await server.send("POST", "/v1/collections/notes/documents", { documents: [document] });
    expect(await upsert.json()).toMatchObject({ upserted: 0, failed: [{ index: 0, code: "document_invalid" }] });
  });

  it("has a limit, also when its length is not said", async () => {
    const large = new Blob([new Uint8Array(MAX_OBJECT_BYTES), "!"]);
    const response = await put(large.stream(), "application/pdf");
    const withLength = await server.app.request(path, {
      method: "PUT",
      body: "x",
      headers: { "content-type": "application/pdf", "content-length": String(MAX_OBJECT_BYTES + 1) },
    });
    for (const answer of [response, withLength]) {
      expect([answer.status, (await problemOf(answer)).code]).toEqual([413, "body_too_large"]);
    }
    await using small = await openTestApp({ config: { uploadLimit: 4 } });
    await fillNotes(small);
    const headers = { "content-type": "application/pdf" };
    const refused = await small.app.request(path, { method: "PUT", body: "12345", headers });
    expect([refused.status, (await problemOf(refused)).hint]).toEqual([
      413,
      expect.stringContaining("GALEN_UPLOAD_LIMIT"),
    ]);
  });

  it("is a blob to the client", async () => {
    const client = createClient("", { fetch: async (input, init) => server.app.request(input, init) });
    const set = await client.objects.set("notes", "a/b %25?#ü", new Blob(["scan"], { type: "image/png" }));
    expect(set).toMatchObject({ object: { media_type: "image/png", bytes: 4 } });
    const blob = await client.objects.get("notes", "a/b %25?#ü");
    expect([blob.type, await blob.text()]).toEqual(["image/png", "scan"]);
    expect(await client.objects.remove("notes", "a/b %25?#ü", { ifRev: set.version })).not.toHaveProperty("object");
  });
});
