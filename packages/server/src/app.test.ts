import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTENT_SECURITY_POLICY } from "./middleware/security-headers.ts";
import { openApiDocument } from "./openapi.ts";
import { Problem } from "./schemas/problem.ts";
import { fillNotes, openTestApp, problemOf, type TestApp } from "./testing/test-app.ts";

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp();
  await fillNotes(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const json = { "content-type": "application/json" };

/** One request a route, with a parameter that nothing is called. */
function requests(): { readonly method: string; readonly path: string }[] {
  return Object.entries(openApiDocument(server.app).paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, "~") })),
  );
}

describe("every route of the OpenAPI document", () => {
  it("answers what it refuses with a problem document", async () => {
    const found = requests();
    expect(found.length).toBeGreaterThan(20);
    const answered = [
      "/healthz",
      "/readyz",
      "/v1/about",
      "/v1/tasks",
      "/v1/aliases",
      "/v1/snapshots",
      "/v1/collections",
    ];
    for (const { method, path } of found) {
      if (method === "GET" && answered.includes(path)) continue;
      const response = await server.send(
        method,
        path,
        ["POST", "PUT", "PATCH"].includes(method) ? "{" : undefined,
        json,
      );
      const problem = Problem.strict().parse(await response.json());
      expect(response.headers.get("content-type"), path).toBe("application/problem+json");
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(response.status, path).toBeLessThan(500);
      expect(problem).toMatchObject({
        status: response.status,
        instance: path,
        request_id: response.headers.get("x-request-id"),
        type: `urn:galen:problem:${problem.code}`,
      });
    }
  });

  it("refuses other methods and names its own", async () => {
    for (const path of new Set(requests().map((request) => request.path))) {
      const own = requests()
        .filter((request) => request.path === path)
        .map(({ method }) => method);
      const other = ["PATCH", "PUT"].find((method) => !own.includes(method)) ?? "";
      const response = await server.send(other, path);
      expect([response.status, (await problemOf(response)).code], path).toEqual([405, "method_not_allowed"]);
      expect(response.headers.get("allow")?.split(", ").toSorted(), path).toEqual(own.toSorted());
    }
  });

  it("asks for a key", async () => {
    await using locked = await openTestApp({ config: { apiKeys: ["first-key", "second-key"] } });
    for (const { method, path } of requests()) {
      const response = await locked.send(method, path);
      const open = !path.startsWith("/v1/");
      expect(response.status === 401, `${method} ${path}`).toBe(!open);
      expect(response.headers.get("www-authenticate"), `${method} ${path}`).toBe(open ? null : 'Bearer realm="galen"');
    }
  });
});

it("has nothing at other addresses", async () => {
  for (const path of [
    "/v1",
    "/v1/",
    "/v2/collections",
    "/v1/collections/",
    "/index.php",
    "/%",
    "/%2e%2e/%2e%2e/etc/passwd",
  ]) {
    const response = await server.send("GET", path);
    expect([response.status, (await problemOf(response)).code], path).toEqual([404, "route_not_found"]);
  }
});

describe("keys", () => {
  it.each([
    ["the first key", "Bearer first-key", 200],
    ["the second key", "bearer second-key", 200],
    ["no key", undefined, 401],
    ["another key", "Bearer third-key", 401],
    ["the beginning of a key", "Bearer first", 401],
    ["an empty key", "Bearer ", 401],
    ["another scheme", "Basic first-key", 401],
  ])("with %s", async (_name, authorization, status) => {
    await using locked = await openTestApp({ config: { apiKeys: ["first-key", "second-key"] } });
    const response = await locked.send(
      "GET",
      "/v1/collections",
      undefined,
      authorization === undefined ? {} : { authorization },
    );
    expect(response.status).toBe(status);
    expect(locked.log.join("")).not.toMatch(/first-key|second-key|third-key/);
  });
});

describe("request ids", () => {
  it.each(["abc-123", "A.b_c", "x".repeat(64)])("keeps %s", async (id) => {
    const response = await server.send("GET", "/healthz", undefined, { "x-request-id": id });
    expect(response.headers.get("x-request-id")).toBe(id);
  });

  it.each(["", "x".repeat(65), "a b", 'a"b', "ü"])("replaces %j", async (id) => {
    const response = await server.send("GET", "/healthz", undefined, { "x-request-id": id });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("callers", () => {
  it.each(["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "192.168.1.5:8080", "galen.localhost"])(
    "answers to the host %s",
    async (host) => {
      expect((await server.send("GET", "/v1/collections", undefined, { host })).status).toBe(200);
    },
  );

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "evil.example:127"])(
    "does not answer to the host %s",
    async (host) => {
      const response = await server.send("GET", "/v1/collections", undefined, { host });
      expect([response.status, (await problemOf(response)).code]).toEqual([421, "host_not_allowed"]);
    },
  );

  it("answers to the hosts that the settings name", async () => {
    await using named = await openTestApp({ config: { allowedHosts: ["galen.example"] } });
    expect((await named.send("GET", "/healthz", undefined, { host: "galen.example:443" })).status).toBe(200);
  });

  it("refuses what other pages post, and lets nobody read it", async () => {
    const headers = { host: "127.0.0.1:8080", origin: "https://evil.example" };
    const response = await server.send("DELETE", "/v1/collections/notes", undefined, headers);
    expect([response.status, (await problemOf(response)).code]).toEqual([403, "origin_not_allowed"]);
    const read = await server.send("GET", "/v1/collections", undefined, headers);
    expect(read.headers.get("access-control-allow-origin")).toBeNull();
    const own = await server.send(
      "POST",
      "/v1/collections/notes/search",
      { query: "blood" },
      { host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080" },
    );
    expect(own.status).toBe(200);
  });

  it("lets the pages of the settings in", async () => {
    await using shared = await openTestApp({ config: { corsOrigins: ["https://app.example"], apiKeys: ["key"] } });
    const headers = { origin: "https://app.example" };
    const preflight = await shared.send("OPTIONS", "/v1/embeddings", undefined, {
      ...headers,
      "access-control-request-method": "POST",
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://app.example",
    ]);
    const response = await shared.send(
      "POST",
      "/v1/embeddings",
      { input: "x" },
      { ...headers, authorization: "Bearer key" },
    );
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://app.example",
    ]);
  });
});

it("sends the security headers with every answer", async () => {
  for (const path of ["/", "/healthz", "/nothing"]) {
    const { headers } = await server.send("GET", path);
    expect(headers.get("content-security-policy"), path).toBe(CONTENT_SECURITY_POLICY);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

describe("the page", () => {
  it("says when it is not built", async () => {
    const response = await server.send("GET", "/");
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "text/html; charset=UTF-8"]);
    expect(await response.text()).toContain("pnpm build");
  });

  it("serves what was built, and nothing else", async () => {
    await using folder = await temporaryDirectory();
    const dist = join(folder.path, "dist");
    await mkdir(join(dist, "assets"), { recursive: true });
    await writeFile(join(dist, "index.html"), "<!doctype html>the page");
    await writeFile(join(dist, "assets", "main-abc123.js"), "export {}");
    await writeFile(join(folder.path, "secret.txt"), "secret");
    await using built = await openTestApp({ config: { playground: dist } });
    const page = await built.send("GET", "/");
    expect([page.headers.get("content-type"), page.headers.get("cache-control"), await page.text()]).toEqual([
      "text/html; charset=utf-8",
      "no-cache",
      "<!doctype html>the page",
    ]);
    const asset = await built.send("GET", "/assets/main-abc123.js");
    expect([asset.headers.get("content-type"), asset.headers.get("cache-control")]).toEqual([
      "text/javascript; charset=utf-8",
      "public, max-age=31536000, immutable",
    ]);
    const again = await built.send("GET", "/", undefined, { "if-none-match": page.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
    for (const path of [
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/assets/../../secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/assets/",
      "//secret.txt",
    ])
      expect(await (await built.send("GET", path)).text(), path).not.toContain("secret\n");
    expect((await built.send("GET", "/..%2fsecret.txt")).status).toBe(404);
  });
});

describe("the log", () => {
  it("has one line a request, with the route's pattern for its address", async () => {
    const lines = server.log.length;
    await server.send("GET", "/v1/collections/notes/documents/canary-id?limit=canary-query", undefined, {
      "x-request-id": "id-1",
    });
    expect(server.log.length).toBe(lines + 1);
    expect(JSON.parse(server.log.at(-1) ?? "")).toMatchObject({
      level: "info",
      event: "request",
      requestId: "id-1",
      method: "GET",
      route: "/v1/collections/:collection/documents/:id",
      status: 404,
      code: "document_not_found",
    });
  });

  it("never holds queries, texts, ids or addresses", async () => {
    const canary = "axolotl-canary";
    const documents = [
      { id: canary, title: canary, text: `${canary} lives in water`, tags: [canary], metadata: { [canary]: canary } },
    ];
    await server.send("POST", "/v1/collections/notes/documents", { documents });
    await server.send("POST", "/v1/collections/notes/search", {
      query: canary,
      filter: { [canary]: canary },
      explain: true,
    });
    await server.send("POST", "/v1/collections/notes/search", { query: canary, filter: { other: canary } });
    await server.send("POST", "/v1/collections/notes/answers", { question: `where does the ${canary} live` });
    await (await server.send("POST", "/v1/collections/notes/answers", { question: canary, stream: true })).text();
    await server.send("POST", "/v1/embeddings", { input: canary });
    await server.send("GET", `/v1/collections/${canary}/documents/${canary}?cursor=${canary}`);
    await server.send("GET", `/${canary}?${canary}`);
    await server.send("DELETE", `/v1/collections/notes/documents/${canary}`);
    expect(server.log.join("")).not.toContain("axolotl");
  });

  it("tells of failures inside, but not the client", async () => {
    await using broken = await openTestApp({
      embedder: { beforeEmbed: () => Promise.reject(new Error("axolotl in /secret/place")) },
    });
    await broken.services.database.createCollection({ name: "notes" });
    const response = await broken.send("POST", "/v1/embeddings", { input: "x" });
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([500, "internal_error"]);
    expect(JSON.stringify(problem)).not.toMatch(/axolotl|secret/);
    const failure = broken.log.find((line) => line.includes('"failure"')) ?? "";
    expect(JSON.parse(failure)).toMatchObject({
      level: "error",
      requestId: problem.request_id,
      status: 500,
      error: "Error",
      stack: expect.stringContaining("embeddings.ts"),
    });
    expect(failure).not.toContain("axolotl");
  });
});

it("gives up after the time limit", async () => {
  const { promise: never } = Promise.withResolvers<void>();
  await using slow = await openTestApp({ config: { requestTimeout: 0.05 }, embedder: { beforeEmbed: () => never } });
  const response = await slow.send("POST", "/v1/embeddings", { input: "x" });
  expect([response.status, (await problemOf(response)).code]).toEqual([504, "request_timeout"]);
});
