import { mkdir, rm, writeFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Collection } from "@galen/db";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { ingest, ingestBytes } from "./ingest.ts";
import { openDatabase } from "./open-database.ts";

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly embedder: FakeEmbedder;
  readonly collection: Collection;
  write(name: string, content: string | Uint8Array): Promise<string>;
}

async function setting(fields: Record<string, "number" | "string[]"> = {}): Promise<Setting> {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const database = stack.use(await openDatabase(join(directory.path, "data"), { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "guides", fields });
  const folder = join(directory.path, "docs");
  await mkdir(folder);
  return {
    folder,
    embedder,
    collection,
    async write(name, content) {
      const path = join(folder, name);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join("\n");
const idsOf = async (collection: Collection) =>
  (await collection.list({ limit: 100 })).documents.map(({ id }) => id).sort();

test("stores the documents of files and folders under stable ids", async () => {
  await using at = await setting({ year: "number", mesh: "string[]" });
  await at.write("a.jsonl", lines({ _id: 7, title: "Gout", text: "Gout hurts.", year: "2011", mesh: ["Gout"], n: 1 }));
  await at.write("sub/b.md", "# Asthma\n\nAsthma is a disease.");
  await at.write("c.csv", 'question,answer,mesh\n"What, then?","Rest.\nDrink.",Rest; Water\n');
  await at.write(".hidden.txt", "no");
  await at.write("picture.png", "no");
  const report = await ingest(at.collection, [at.folder]);
  expect(report).toMatchObject({ files: 3, skipped_files: 2, documents: 3, added: 3, unchanged: 0, failed: [] });
  expect(await idsOf(at.collection)).toEqual(["7", "docs/c.csv#2", "docs/sub/b.md"]);
  expect(await at.collection.get("7")).toMatchObject({
    title: "Gout",
    text: "Gout hurts.",
    metadata: { year: 2011, mesh: ["Gout"], n: 1 },
  });
  expect(await at.collection.get("docs/c.csv#2")).toMatchObject({
    title: "What, then?",
    text: "Rest.\nDrink.",
    metadata: { mesh: ["Rest", "Water"] },
  });
  expect((await at.collection.get("docs/sub/b.md"))?.title).toBe("Asthma");
});

test("an unchanged file is not parsed, an unchanged document not embedded", async () => {
  await using at = await setting();
  const path = await at.write("a.jsonl", lines({ id: "x", text: "One." }, { id: "y", text: "Two." }));
  await ingest(at.collection, [path]);
  expect(at.embedder.documents).toHaveLength(2);

  const again = await ingest(at.collection, [path]);
  expect(again).toMatchObject({ documents: 2, unchanged: 2, added: 0, changed: 0, passages: 0 });
  expect(at.embedder.documents).toHaveLength(2);

  await at.write(
    "a.jsonl",
    lines({ id: "x", text: "One." }, { id: "y", text: "Two, new." }, { id: "z", text: "Three." }),
  );
  const changed = await ingest(at.collection, [path]);
  expect(changed).toMatchObject({ documents: 3, unchanged: 1, added: 1, changed: 1, removed: 0 });
  expect(at.embedder.documents).toHaveLength(4);
});

test("another mapping of the fields reads the file again", async () => {
  await using at = await setting();
  const path = await at.write("a.jsonl", lines({ id: "x", text: "One.", summary: "Other." }));
  await ingest(at.collection, [path]);
  const report = await ingest(at.collection, [path], { text: "summary" });
  expect(report).toMatchObject({ changed: 1, unchanged: 0 });
  expect((await at.collection.get("x"))?.text).toBe("Other.");
});

test("what is no longer in a file, and what was in a file that is gone, is removed", async () => {
  await using at = await setting();
  await at.write("a.jsonl", lines({ id: "x", text: "One." }, { id: "y", text: "Two." }));
  const gone = await at.write("b.txt", "Three.");
  await ingest(at.collection, [at.folder]);
  await at.write("a.jsonl", lines({ id: "x", text: "One." }));
  await rm(gone);
  const report = await ingest(at.collection, [at.folder]);
  expect(report).toMatchObject({ removed: 2, added: 0, changed: 0, unchanged: 1 });
  expect(await idsOf(at.collection)).toEqual(["x"]);
  expect((await at.collection.sources.list()).map(({ source }) => source)).toEqual(["docs/a.jsonl"]);
});

test("another folder of the same name does not lose its documents", async () => {
  await using at = await setting();
  await at.write("one/docs/a.txt", "From one.");
  await at.write("two/docs/b.txt", "From two.");
  await ingest(at.collection, [join(at.folder, "one/docs")]);
  const report = await ingest(at.collection, [join(at.folder, "two/docs")]);
  expect(report.removed).toBe(0);
  expect(await idsOf(at.collection)).toEqual(["docs/a.txt", "docs/b.txt"]);
});

test("bad records are reported with their line, the rest is stored and nothing is removed", async () => {
  await using at = await setting({ year: "number" });
  const good = lines({ id: "x", text: "One." }, { id: "y", text: "Two." });
  const path = await at.write("a.jsonl", good);
  await ingest(at.collection, [path]);
  await at.write(
    "a.jsonl",
    `{"id": "x" "text"}\n${lines({ id: "z", text: "Three." }, { id: "q", titel: "no" }, { id: "w", text: "Four.", year: "old" })}`,
  );
  const report = await ingest(at.collection, [path]);
  expect(report.failed).toMatchObject([
    { source: "a.jsonl", line: 1, code: "record_invalid", message: "a.jsonl, line 1: not valid JSON at column 12" },
    { source: "a.jsonl", line: 3, id: "q", code: "field_missing", message: expect.stringContaining("id, titel") },
    { source: "a.jsonl", line: 4, id: "w", code: "field_type_mismatch" },
  ]);
  expect(report).toMatchObject({ added: 1, removed: 0, failed_total: 3 });
  expect(await idsOf(at.collection)).toEqual(["x", "y", "z"]);

  await at.write("a.jsonl", good);
  expect(await ingest(at.collection, [path])).toMatchObject({ unchanged: 2, removed: 1, failed: [] });
});

test("a cut-off .gz keeps what was there, and is read again when it is whole", async () => {
  await using at = await setting();
  const whole = gzipSync(lines(...Array.from({ length: 300 }, (_, n) => ({ id: n, text: `Number ${n}.` }))));
  const path = await at.write("a.jsonl.gz", whole.subarray(0, whole.length - 20));
  const cut = await ingest(at.collection, [path]);
  expect(cut.failed).toMatchObject([{ source: "a.jsonl.gz", code: "source_unreadable" }]);
  await at.write("a.jsonl.gz", whole);
  const report = await ingest(at.collection, [path]);
  expect(report).toMatchObject({ documents: 300, failed: [] });
  expect(await at.collection.count()).toBe(300);
});

test("a file that cannot be looked at has not vanished: it is reported, and its documents stay", async () => {
  await using at = await setting();
  const path = await at.write("a.txt", "Metformin lowers glucose.");
  await at.write("b.txt", "Aspirin thins the blood.");
  await ingest(at.collection, [at.folder]);
  await rm(path);
  // A link in a circle: it is an entry of the folder, and neither stat nor open get through it, not even as root.
  await symlink(path, path);
  const report = await ingest(at.collection, [at.folder]);
  expect(report).toMatchObject({ removed: 0, failed: [{ source: "docs/a.txt", code: "source_unreadable" }] });
  expect(await at.collection.count()).toBe(2);
});

test("an abort embeds nothing more, keeps what is stored, and the next run completes it", async () => {
  await using at = await setting();
  const path = await at.write(
    "a.jsonl",
    lines(...Array.from({ length: 700 }, (_, n) => ({ id: n, text: `Number ${n}.` }))),
  );
  const controller = new AbortController();
  let embedded = 0;
  const onProgress = ({ documents }: { documents: number }): void => {
    if (documents === 0 || controller.signal.aborted) return;
    embedded = at.embedder.documents.length;
    controller.abort();
  };
  const report = await ingest(at.collection, [path], { signal: controller.signal, onProgress });
  expect(report).toMatchObject({ aborted: true, failed: [] });
  expect(report.documents).toBeGreaterThan(0);
  expect(report.documents).toBeLessThan(700);
  expect(report.passages).toBe(report.documents);
  expect(at.embedder.documents).toHaveLength(embedded);
  expect(await at.collection.count()).toBe(report.documents);
  const rest = await ingest(at.collection, [path]);
  const { documents } = report;
  expect(rest).toMatchObject({ aborted: false, documents: 700, unchanged: documents, added: 700 - documents });
  expect(at.embedder.documents).toHaveLength(embedded + 700 - documents);
});

test("progress grows to the total", async () => {
  await using at = await setting();
  const path = await at.write(
    "a.jsonl",
    lines(...Array.from({ length: 600 }, (_, n) => ({ id: n, text: `Number ${n}.` }))),
  );
  const seen: { phase: string; documents: number; bytesRead: number; total?: number | undefined }[] = [];
  await ingest(at.collection, [path], { onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toMatchObject({ phase: "done", documents: 600, total: 600, passages: 600, failed: 0 });
  expect(seen.filter(({ phase }) => phase === "done")).toHaveLength(1);
  const counts = seen.map(({ documents }) => documents);
  expect(counts).toEqual([...counts].sort((one, other) => one - other));
  expect(seen.some(({ documents }) => documents > 0 && documents < 600)).toBe(true);
});

test("a missing path stops before anything is read, an unknown type fails alone", async () => {
  await using at = await setting();
  const path = await at.write("a.txt", "Here.");
  const picture = await at.write("p.png", "no");
  await expect(ingest(at.collection, [path, join(at.folder, "nothing")])).rejects.toMatchObject({
    code: "source_not_found",
  });
  expect(await at.collection.count()).toBe(0);
  const report = await ingest(at.collection, [path, picture]);
  expect(report.failed).toMatchObject([{ source: "p.png", code: "source_format_unknown" }]);
  expect(await idsOf(at.collection)).toEqual(["a.txt"]);
  await expect(ingest(at.collection, [path], { format: "pdf" as "text" })).rejects.toMatchObject({
    code: "source_format_unknown",
  });
});

test("two different files of one name are refused, the same one twice is read once", async () => {
  await using at = await setting();
  const one = await at.write("one/a.txt", "One.");
  const two = await at.write("two/a.txt", "Two.");
  await expect(ingest(at.collection, [one, two])).rejects.toMatchObject({ code: "source_invalid" });
  expect(await ingest(at.collection, [one, one])).toMatchObject({ files: 1, added: 1 });
});

test("the later of two records with one id counts, wherever the batches end", async () => {
  await using at = await setting();
  const many = Array.from({ length: 300 }, (_, n) => ({ id: n, text: `Number ${n}.` }));
  const path = await at.write("a.jsonl", lines({ id: 299, text: "Early." }, ...many, { id: 5, text: "Late." }));
  const report = await ingest(at.collection, [path]);
  expect(report).toMatchObject({ documents: 300, duplicates: 2, added: 300 });
  expect((await at.collection.get(5))?.text).toBe("Late.");
  expect((await at.collection.get(299))?.text).toBe("Number 299.");
});

test("an upload is ingested like a file, whatever its name tries", async () => {
  await using at = await setting();
  const bytes = new TextEncoder().encode("Take it with food.");
  const report = await ingestBytes(at.collection, { name: "C:\\Users\\..\\me/../leaflet.txt", bytes });
  expect(report).toMatchObject({ added: 1, failed: [] });
  expect(await idsOf(at.collection)).toEqual(["Users/me/leaflet.txt"]);
  const again = await ingestBytes(at.collection, { name: "Users/me/leaflet.txt", bytes: new Blob([bytes]) });
  expect(again).toMatchObject({ unchanged: 1, passages: 0 });
  const records = await ingestBytes(at.collection, {
    name: "export",
    bytes: new TextEncoder().encode('{"id":"r","text":"Rest."}'),
    mediaType: "application/x-ndjson; charset=utf-8",
  });
  expect(records).toMatchObject({ added: 1 });
});

test("no path of the machine gets into ids, sources or messages", async () => {
  await using at = await setting();
  await at.write("a.txt", "One.");
  await at.write("bad.txt", new Uint8Array([0xff, 0xfe, 0x00]));
  const report = await ingest(at.collection, [at.folder]);
  const told = JSON.stringify([report, await at.collection.list(), await at.collection.sources.list()]);
  expect(told).not.toContain(at.folder.replace(/\/docs$/, ""));
  expect(report.failed).toHaveLength(1);
});
