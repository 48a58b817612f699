import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createClient, GalenHttpError, type Task } from "./client.ts";
import { startServer, type RunningServer } from "./server.ts";
import { fillNotes, openTestApp, type TestApp, type TestAppOptions } from "./testing/test-app.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

async function start(options: TestAppOptions = {}): Promise<TestApp & { readonly server: RunningServer }> {
  const app = await openTestApp({ ...options, config: { port: 0, ...options.config } });
  open.push(app);
  await fillNotes(app);
  const server = await startServer(app.services, app.config, app);
  open.push(server);
  return { ...app, server };
}

/** A gate that an embedder waits at, and that tells when it is reached. */
function gate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let closed = false;
  return {
    close: () => (closed = true),
    open: opened.resolve,
    reached: reached.promise,
    beforeEmbed: async () => {
      if (!closed) return;
      reached.resolve();
      await opened.promise;
    },
  };
}

it("refuses to listen beyond loopback without keys", async () => {
  const app = await openTestApp({ config: { host: "0.0.0.0", port: 0 } });
  open.push(app);
  await expect(startServer(app.services, app.config, app)).rejects.toMatchObject({
    code: "keys_required",
    hint: expect.stringContaining("GALEN_API_KEYS"),
  });
});

it("says who has the port, and what to do", async () => {
  const { server } = await start();
  const port = Number(new URL(server.url).port);
  const second = await openTestApp({ config: { port } });
  open.push(second);
  await expect(startServer(second.services, second.config, second)).rejects.toMatchObject({
    code: "port_in_use",
    hint: expect.stringContaining(`--port ${port + 1}`),
  });
});

it("says when the machine lacks the address", async () => {
  const app = await openTestApp({ config: { host: "192.0.2.1", port: 0, apiKeys: ["key"] } });
  open.push(app);
  await expect(startServer(app.services, app.config, app)).rejects.toMatchObject({ code: "address_unavailable" });
});

it("serves on when a client goes away in the middle", async () => {
  const slow = gate();
  const { server, log } = await start({ embedder: { beforeEmbed: slow.beforeEmbed } });
  const client = createClient(server.url);
  slow.close();
  const controller = new AbortController();
  const call = client.embeddings.create({ input: "canary text" }, { signal: controller.signal });
  await slow.reached;
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  // A round trip, so that the server has seen the end of the other connection.
  await client.about();
  slow.open();
  expect((await client.search("notes", { query: "blood" })).hits.length).toBeGreaterThan(0);
  await expect.poll(() => log.filter((line) => line.includes("/v1/embeddings"))).toHaveLength(1);
  expect(JSON.parse(log.find((line) => line.includes("/v1/embeddings")) ?? "")).toMatchObject({
    level: "info",
    status: 499,
  });
  expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

it("stops the work behind an answer stream that nobody reads any more", async () => {
  const slow = gate();
  const { server, log } = await start({ embedder: { beforeEmbed: slow.beforeEmbed } });
  const client = createClient(server.url);
  slow.close();
  for await (const event of client.answers.stream("notes", { question: "Does metformin lower blood sugar?" })) {
    expect(event.type).toBe("sources");
    break;
  }
  slow.open();
  expect((await client.collections.list()).collections).toHaveLength(1);
  expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

it("takes an upload that breaks off for nothing, and cleans up", async () => {
  const { server, services } = await start();
  const url = new URL(`${server.url}/v1/collections/notes/files`);
  const upload = request(url, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x", "content-length": 10_000 },
  });
  const failed = Promise.withResolvers<void>();
  upload.on("error", () => failed.resolve());
  upload.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nbegun', () =>
    setImmediate(() => upload.destroy()),
  );
  await failed.promise;
  expect((await createClient(server.url).tasks.list()).tasks).toEqual([]);
  expect(services.tasks.list()).toEqual([]);
});

it("answers broken HTTP and endless headers with a problem too", async () => {
  const { server } = await start();
  const raw = async (text: string) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(text);
    return (await socket.setEncoding("utf8").toArray()).join("");
  };
  expect(await raw("nonsense\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"http_invalid"/,
  );
  expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 [^]*"code":"headers_too_large"/,
  );
});

it("finishes what it has begun before it stops, and takes nothing new", async () => {
  const slow = gate();
  const { server } = await start({ embedder: { beforeEmbed: slow.beforeEmbed } });
  const client = createClient(server.url);
  slow.close();
  const begun = client.documents.upsert("notes", [{ id: "last", text: "The last document." }]);
  await slow.reached;
  const closing = server.close();
  await expect(createClient(server.url).about()).rejects.toThrow(TypeError);
  slow.open();
  expect(await begun).toMatchObject({ upserted: 1 });
  const answered = performance.now();
  await closing;
  expect(performance.now() - answered).toBeLessThan(2000); // the client would keep its connection for longer
  await server.close();
});

it("ends the streams of tasks with the tasks", async () => {
  const slow = gate();
  const { server, services } = await start({ embedder: { beforeEmbed: slow.beforeEmbed } });
  const client = createClient(server.url);
  slow.close();
  const { task } = await client.documents.enqueue("notes", [{ text: "never stored" }]);
  await slow.reached;
  const waiting = await client.documents.enqueue("notes", [{ text: "still waiting" }]);
  const seen: Task[] = [];
  const followed = (async () => {
    for await (const change of client.tasks.events(task.id)) seen.push(change);
  })();
  expect(await client.tasks.cancel(waiting.task.id)).toMatchObject({ state: "cancelled" });
  const stopped = services.tasks[Symbol.asyncDispose]();
  slow.open();
  await stopped;
  await followed;
  expect(seen.at(-1), "it goes on after the next start").toMatchObject({ state: "queued" });
});

it("is called through the typed client", async () => {
  const { server } = await start({ config: { apiKeys: ["secret-key"] } });
  const client = createClient(`${server.url}/`, { key: "secret-key" });
  await client.collections.create({ name: "mine", fields: { year: "number" } });
  expect(await client.collections.get("mine")).toMatchObject({ name: "mine" });
  expect(await client.collections.fields("mine")).toMatchObject({ declared: { year: "number" } });
  expect(await client.documents.upsert("mine", [{ id: "a/ü?", text: "Aspirin thins the blood." }])).toMatchObject({
    upserted: 1,
  });
  expect(await client.collections.statistics("mine")).toMatchObject({ documents: 1, text_length: { total: 24 } });
  expect(await client.documents.get("mine", "a/ü?")).toMatchObject({ text: "Aspirin thins the blood." });
  expect(await client.documents.text("mine", "a/ü?", { start: 8, end: 13 })).toMatchObject({ text: "thins" });
  expect((await client.documents.list("mine", { limit: 1 })).total).toBe(1);
  expect(await client.answers.create("mine", { question: "What does aspirin do to the blood?" })).toMatchObject({
    generator: "extractive",
  });
  const { task } = await client.files.add("mine", new Blob(["# Insulin\n\nInsulin lowers blood sugar."]), {
    name: "insulin.md",
  });
  let last: Task = task;
  for await (const change of client.tasks.events(task.id)) last = change;
  expect(last).toMatchObject({ state: "done", report: { documents: 1 } });
  expect(await client.tasks.get(task.id)).toEqual(last);
  expect((await client.embeddings.create({ input: ["a", "b"] })).data).toHaveLength(2);
  expect(await client.documents.patch("mine", { documents: [{ id: "a/ü?", metadata: { year: 1 } }] })).toMatchObject({
    patched: 1,
  });
  expect(await client.aliases.set("ours", "mine")).toEqual({ alias: "ours", collection: "mine" });
  expect(await client.collections.rename("ours", "renamed")).toMatchObject({ name: "renamed" });
  expect((await client.aliases.list()).aliases).toEqual([{ alias: "ours", collection: "renamed" }]);
  expect(await client.collections.addFields("renamed", { kind: "string" })).toMatchObject({
    fields: { year: "number", kind: "string" },
  });
  const reindex = await client.collections.reindex("renamed", { fields: {} });
  for await (const change of client.tasks.events(reindex.task.id)) last = change;
  expect(last).toMatchObject({ state: "done", kind: "reindex" });
  await client.collections.rename("renamed", "mine");
  await client.aliases.remove("ours");
  const { id } = await client.snapshots.create("mine");
  expect((await client.snapshots.list()).snapshots).toMatchObject([{ id, collection: "mine", documents: 2 }]);
  expect(await client.snapshots.verify(id)).toMatchObject({ ok: true });
  expect(await client.snapshots.restore(id, { name: "before" })).toMatchObject({ name: "before", documents: 2 });
  await expect(client.snapshots.restore(id)).rejects.toMatchObject({ status: 409, code: "collection_exists" });
  await client.snapshots.remove(id);
  await expect(client.snapshots.restore(id)).rejects.toMatchObject({ status: 404, code: "snapshot_not_found" });
  await client.collections.delete("before");
  const once = { idempotencyKey: "delete-1" };
  expect(await client.documents.delete("mine", { ids: ["a/ü?"] }, once)).toMatchObject({ deleted: 1 });
  expect(await client.documents.delete("mine", { ids: ["a/ü?"] }, once)).toMatchObject({ deleted: 1 });
  await client.collections.delete("mine");
  const refused = createClient(server.url).about();
  await expect(refused).rejects.toBeInstanceOf(GalenHttpError);
  await expect(refused).rejects.toMatchObject({
    status: 401,
    code: "unauthorized",
    problem: { hint: expect.stringContaining("Bearer") },
  });
});

it("tells the client's caller when something else answers", async () => {
  const client = createClient("http://galen.example", {
    fetch: async () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } }),
  });
  await expect(client.about()).rejects.toMatchObject({ status: 502, code: "unexpected_response" });
});
