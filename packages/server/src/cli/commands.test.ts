import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SentenceTransformer } from "@galen/core";
import { Database } from "@galen/db";
import { ImportResult, SearchResponse, SnapshotInfo } from "@galen/db/schemas";
import { Answer, IngestReport } from "@galen/rag/schemas";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CollectionList } from "../schemas/documents.ts";
import { finish, runHere, startCommand, type CommandResult } from "../testing/run-command.ts";

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let data: string;
let first: CommandResult;
const path = (name: string) => join(folder.path, name);

const RECORDS = [
  { id: "metformin", title: "Metformin", text: "Metformin lowers blood sugar. It is taken with food.", year: 2019 },
  {
    id: "ibuprofen",
    title: "Ibuprofen",
    text: "Ibuprofen can raise blood pressure and irritate the stomach.",
    year: 2021,
  },
  { id: "insulin", title: "Insulin", text: "Insulin is injected under the skin.", year: 2020 },
];

beforeAll(async () => {
  folder = await temporaryDirectory();
  data = path("data");
  await writeFile(path("drugs.jsonl"), RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const { code, out, err } = await runHere(
    "index",
    "drugs",
    path("drugs.jsonl"),
    "--field",
    "year:number",
    "--data",
    data,
  );
  first = { code, out, err };
});
afterAll(() => folder[Symbol.asyncDispose]());

describe("index", () => {
  it("says what it did", () => {
    expect([first.code, first.err]).toEqual([0, "3 new · 0 changed · 0 unchanged · 0 removed · 0 failed\n"]);
    expect(first.out).toMatch(/^Indexed 3 documents \(3 passages\) into drugs in [\d.]+ s: [\d.,]+ docs\/s\n$/);
  });

  it("embeds nothing twice, and prints the report as one JSON document", async () => {
    const { code, out, err } = await runHere("index", "drugs", path("drugs.jsonl"), "--data", data, "--json");
    expect([code, err]).toEqual([0, ""]);
    expect(IngestReport.parse(JSON.parse(out))).toMatchObject({ documents: 3, unchanged: 3, passages: 0 });
  });

  it("stores the good records and fails for the bad ones", async () => {
    await writeFile(path("mixed.jsonl"), '{"id":"good","text":"A good record."}\n{"id":"canary-id"}\nnot json\n');
    const { code, out, err } = await runHere("index", "mixed", path("mixed.jsonl"), "--data", data);
    expect(code).toBe(1);
    expect(out).toContain("Indexed 1 document (1 passage) into mixed");
    expect(err).toContain("mixed.jsonl line 2:");
    expect(err).toMatch(/error: 2 records could not be stored; 1 document could\nhint: .*\ncode: {2}documents_failed/);
  });

  it("makes a collection in the precision that the option names, else the settings; later runs and searches keep it", async () => {
    const own = ["--data", path("precisions")];
    const index = (name: string, ...more: readonly string[]) =>
      runHere("index", name, path("drugs.jsonl"), ...more, ...own);
    expect((await index("fast", "--precision", "int8")).code).toBe(0);
    vi.stubEnv("GALEN_PRECISION", "int8");
    expect((await index("fast-too")).code).toBe(0);
    expect((await index("exact", "--precision", "fp32")).code).toBe(0);
    vi.unstubAllEnvs();
    expect((await index("fast-too")).err).toContain("3 unchanged");
    const { collections } = CollectionList.parse(JSON.parse((await runHere("collections", "--json", ...own)).out));
    expect(collections.map(({ name, precision }) => [name, precision])).toEqual([
      ["exact", "fp32"],
      ["fast", "int8"],
      ["fast-too", "int8"],
    ]);
    const other = await index("fast", "--precision", "fp32");
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("fast exists already")]);
    const dense = ["high blood pressure", "--mode", "dense", "--json", ...own];
    const [fast, exact] = [await runHere("search", "fast", ...dense), await runHere("search", "exact", ...dense)];
    const [fastHits, exactHits] = [fast, exact].map(({ out }) => SearchResponse.parse(JSON.parse(out)).hits);
    expect(fastHits?.[0]?.id).toBe("ibuprofen");
    expect(fastHits?.[0]?.score).toBeCloseTo(exactHits?.[0]?.score ?? 0, 1);
    expect(fastHits?.[0]?.score).not.toBe(exactHits?.[0]?.score);
    const asked = await runHere("ask", "fast", "Can ibuprofen raise blood pressure?", "--json", ...own);
    expect(Answer.parse(JSON.parse(asked.out)).citations[0]?.document_id).toBe("ibuprofen");
  });

  it.each([
    ["a missing path", ["drugs", "nowhere.jsonl"], 1, "source_not_found"],
    ["a bad name", ["two words", "x.jsonl"], 2, "usage"],
    ["an unknown format", ["drugs", "x.jsonl", "--format", "docx"], 2, "usage"],
    ["a field without a type", ["new", "x.jsonl", "--field", "year"], 2, "usage"],
    ["a field of an unknown type", ["new", "x.jsonl", "--field", "year:int"], 2, "usage"],
    ["another type for a field", ["drugs", "x.jsonl", "--field", "year:string"], 2, "usage"],
    ["no path", ["drugs"], 2, "usage"],
    ["another precision", ["new", "x.jsonl", "--precision", "fp16"], 2, "usage"],
    ["a model that is not there", ["new", "x.jsonl", "--model", "./no-such-model"], 1, "model_not_found"],
  ])("refuses %s", async (_name, args, expected, codeName) => {
    const { code, out, err } = await runHere("index", ...args, "--data", data);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toMatch(new RegExp(`^error: .*\\n(cause: .*\\n)*hint: .*\\ncode: {2}${codeName} `, "m"));
  });

  it("refuses a model folder without weights", async () => {
    const model = path("model");
    await mkdir(model);
    await writeFile(join(model, "config.json"), '{"model_type":"bert"}');
    const { code, err } = await runHere("index", "new", path("drugs.jsonl"), "--model", model, "--data", data);
    expect(code).toBe(1);
    expect(err).toMatch(/code: {2}(weights_missing|model_invalid)/);
  });
});

describe("search", () => {
  it("prints the route's object with --json, and plain text otherwise", async () => {
    const json = await runHere(
      "search",
      "drugs",
      "blood pressure",
      "--limit",
      "1",
      "--filter",
      '{"year":{"gte":2020}}',
      "--explain",
      "--json",
      "--data",
      data,
    );
    expect([json.code, json.err]).toEqual([0, ""]);
    const { hits } = SearchResponse.parse(JSON.parse(json.out));
    expect(hits).toMatchObject([{ id: "ibuprofen", explain: { dense: {} } }]);
    const text = await runHere("search", "drugs", "blood pressure", "--mode", "keyword", "--explain", "--data", data);
    expect(text.out).toMatch(
      /^ 1 {2}[\d.]+ {2}[█░]{10} {2}Ibuprofen {2}ibuprofen\n {4}Ibuprofen can raise blood pressure/,
    );
    expect(text.out).toContain("BM25");
    expect(text.err).toMatch(/^2 hits · keyword · \d+ ms\n$/);
    expect(text.out).not.toContain("\u001b");
  });

  it("reads a collection without vectors by keywords, and ask answers from it", async () => {
    const own = ["--data", path("words")];
    {
      await using database = await Database.open(path("words"));
      await database.createCollection({ name: "drugs", dense: false });
    }
    expect((await runHere("index", "drugs", path("drugs.jsonl"), ...own)).code).toBe(0);
    const found = await runHere("search", "drugs", "stomach", "--json", "--explain", ...own);
    const { hits } = SearchResponse.parse(JSON.parse(found.out));
    expect(hits).toMatchObject([{ id: "ibuprofen", explain: { keyword: { rank: 1 } } }]);
    expect((await runHere("search", "drugs", "stomach", ...own)).err).toMatch(/^1 hit · keyword · \d+ ms\n$/);
    const asked = await runHere("ask", "drugs", "Can ibuprofen raise blood pressure?", "--json", ...own);
    expect(Answer.parse(JSON.parse(asked.out)).citations[0]?.document_id).toBe("ibuprofen");
    const dense = await runHere("search", "drugs", "stomach", "--mode", "dense", ...own);
    expect([dense.code, dense.err]).toEqual([expect.any(Number), expect.stringContaining("query_invalid")]);
    expect(dense.code).not.toBe(0);
  });

  it.each([
    ["an unknown collection", ["drug", "blood"], 1, "collection_not_found", "drugs"],
    ["an unknown filter field", ["drugs", "blood", "--filter", '{"yaer":2020}'], 1, "filter_field_unknown", "/yaer"],
    ["a filter that is no JSON", ["drugs", "blood", "--filter", "{year:1}"], 2, "usage", "single quotes"],
    ["a filter of another shape", ["drugs", "blood", "--filter", '{"year":{"above":1}}'], 2, "usage", ""],
    ["an empty query", ["drugs", " "], 2, "usage", ""],
    ["a query of 100,000 characters", ["drugs", "canary ".repeat(15_000)], 2, "usage", ""],
    ["limit 0", ["drugs", "blood", "--limit", "0"], 2, "usage", ""],
    ["limit -1", ["drugs", "blood", "--limit", "-1"], 2, "usage", ""],
    ["limit 10^9", ["drugs", "blood", "--limit", "1000000000"], 2, "usage", ""],
    ["limit ten", ["drugs", "blood", "--limit", "ten"], 2, "usage", ""],
    ["an unknown mode", ["drugs", "blood", "--mode", "fuzzy"], 2, "usage", ""],
    ["a mistyped option", ["drugs", "blood", "--limt", "3"], 2, "usage", "--limit"],
  ])("refuses %s", async (_name, args, expected, codeName, hint) => {
    const { code, out, err } = await runHere("search", ...args, "--data", data);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toMatch(new RegExp(`^error: .*\\n(cause: .*\\n)*hint: .*\\ncode: {2}${codeName} `, "m"));
    expect(err).toContain(hint);
    expect(err).not.toContain("canary");
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("leaves no folder behind where there is none", async () => {
    const { code, err } = await runHere("search", "drugs", "blood", "--data", path("mistyped"));
    expect([code, err]).toEqual([1, expect.stringContaining("there is no data folder")]);
    expect(await readdir(folder.path)).not.toContain("mistyped");
  });
});

describe("ask", () => {
  it("prints the route's object with --json, and answer, sources and notice otherwise", async () => {
    const json = await runHere("ask", "drugs", "Can ibuprofen raise blood pressure?", "--json", "--data", data);
    expect(json.err).toBe("");
    const { citations } = Answer.parse(JSON.parse(json.out));
    expect(citations[0]).toMatchObject({ document_id: "ibuprofen" });
    const text = await runHere("ask", "drugs", "Can ibuprofen raise blood pressure?", "--data", data);
    expect(text.out).toMatch(/\[1\]\n\n {2}\[1\] Ibuprofen {2}ibuprofen {2}0–\d+\n {6}“Ibuprofen can raise/);
    expect(text.out).toContain("not medical advice");
  });

  it.each([
    ["no question", ["drugs"]],
    ["an empty question", ["drugs", ""]],
    ["limit 51", ["drugs", "blood", "--limit", "51"]],
  ])("refuses %s", async (_name, args) => {
    expect((await runHere("ask", ...args, "--data", data)).code).toBe(2);
  });
});

describe("backups", () => {
  it.each(["jsonl", "parquet"])("export and import as %s, with vectors and beside a writer", async (format) => {
    const file = path(`drugs-copy.${format}`);
    const own = ["--data", path(`copy-${format}`)];
    {
      await using _writer = await Database.open(data);
      const exported = await runHere("export", "drugs", file, "--vectors", "--data", data);
      expect([exported.code, exported.err]).toEqual([0, ""]);
      expect(exported.out).toMatch(/^Exported drugs to .* \([\d.]+ [KM]iB\)\n$/);
    }
    const imported = await runHere("import", "copy", file, ...own);
    expect(imported.out).toBe("Imported 3 documents into copy (0 unchanged, 0 embedded)\n");
    const again = ImportResult.parse(JSON.parse((await runHere("import", "copy", file, "--json", ...own)).out));
    expect(again).toMatchObject({ documents: 3, unchanged: 3, embedded: 0 });
    const found = await runHere("search", "copy", "blood pressure", "--json", ...own);
    expect(SearchResponse.parse(JSON.parse(found.out)).hits[0]?.id).toBe("ibuprofen");
  });

  it("take, list, verify, restore and delete snapshots", async () => {
    const own = ["--data", path("snapshots")];
    await runHere("import", "drugs", path("drugs.jsonl"), ...own);
    const { id } = SnapshotInfo.parse(JSON.parse((await runHere("snapshot", "create", "drugs", "--json", ...own)).out));
    expect((await runHere("snapshot", "list", ...own)).out).toMatch(new RegExp(`^id .*\\n${id} +drugs +3 `));
    expect((await runHere("snapshot", "verify", id, ...own)).out).toMatch(/^The snapshot is sound: \d+ files\n$/);
    const taken = await runHere("snapshot", "restore", id, ...own);
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining("collection_exists")]);
    const restored = await runHere("snapshot", "restore", id, "--name", "before", ...own);
    expect(restored.out).toBe("Restored before: 3 documents\n");
    expect((await runHere("snapshot", "restore", id, "--replace", ...own)).out).toBe("Restored drugs: 3 documents\n");
    expect((await runHere("snapshot", "delete", id, ...own)).code).toBe(0);
    const gone = await runHere("snapshot", "verify", id, ...own);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining("snapshot_not_found")]);
    expect((await runHere("snapshot", "list", ...own)).err).toContain("There are no snapshots.");
  });

  it.each([
    ["export of an unknown collection", ["export", "drug", "x.jsonl"], 1, "collection_not_found"],
    ["export to an unknown format", ["export", "drugs", "x.csv", "--format", "csv"], 2, "usage"],
    ["export to a folder that is not there", ["export", "drugs", "none/x.jsonl"], 1, "output_not_writable"],
    ["import of a file that is not there", ["import", "drugs", "none.jsonl"], 1, "input_unreadable"],
    [
      "import of what is no Parquet file",
      ["import", "drugs", "package.json", "--format", "parquet"],
      1,
      "import_invalid",
    ],
    ["snapshot of an unknown collection", ["snapshot", "create", "drug"], 1, "collection_not_found"],
    ["restore of a path", ["snapshot", "restore", "../tables"], 1, "snapshot_not_found"],
  ])("refuse the %s", async (_name, args, expected, codeName) => {
    const { code, out, err } = await runHere(...args, "--data", data);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toMatch(new RegExp(`code: {2}${codeName} `));
  });
});

it("lists the collections", async () => {
  const { out } = await runHere("collections", "--data", data);
  expect(out).toMatch(/^name +documents +passages +size +last write +model\n/);
  const json = await runHere("collections", "--data", data, "--json");
  expect(CollectionList.parse(JSON.parse(json.out)).collections.find(({ name }) => name === "drugs")).toMatchObject({
    documents: 3,
  });
});

describe("embed", () => {
  const texts = ["metformin", "", "A much longer text about blood pressure. ".repeat(20).trim(), "ü → 漢字"];

  it("writes what the model gives, in input order, as .npy", async () => {
    await writeFile(path("texts.txt"), texts.join("\n"));
    const { code, err } = await runHere("embed", "--input", path("texts.txt"), "--output", path("vectors.npy"));
    expect([code, err]).toEqual([0, expect.stringMatching(/^Embedded 4 texts as 384 numbers each/)]);
    const bytes = await readFile(path("vectors.npy"));
    expect(bytes.subarray(10, 128).toString()).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(4, 384\), \} +\n$/,
    );
    await using transformer = await SentenceTransformer.load();
    const expected = await transformer.encode(texts);
    expected.forEach((vector, row) => {
      const found = Float32Array.from(vector, (_, column) => bytes.readFloatLE(128 + (row * 384 + column) * 4));
      expect(Math.max(...found.map((value, column) => Math.abs(value - (vector[column] ?? 0))))).toBeLessThan(1e-6);
    });
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("writes JSON lines, from JSON lines", async () => {
    await writeFile(path("texts.jsonl"), texts.map((text) => JSON.stringify({ text, more: 1 })).join("\n"));
    await runHere("embed", "--input", path("texts.jsonl"), "--output", path("vectors.jsonl"), "--kind", "query");
    const lines = (await readFile(path("vectors.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { index: number; embedding: number[] });
    expect(lines.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 384],
      [1, 384],
      [2, 384],
      [3, 384],
    ]);
  });

  it("reads standard input", async () => {
    const { code, out } = await finish(startCommand(["embed"]), "one\ntwo\n");
    expect([code, out.trim().split("\n").length]).toEqual([0, 2]);
  });

  it.each([
    ["a missing file", ["--input", "nowhere.txt"], 1, "input_unreadable"],
    ["another format", ["--output", "vectors.csv"], 2, "usage"],
    [
      "a place that cannot be written",
      ["--input", "package.json", "--output", "/no/such/folder/vectors.npy"],
      1,
      "output_not_writable",
    ],
    ["an unknown model", ["--model", "./no-such-model"], 1, "model_not_found"],
  ])("refuses %s", async (_name, args, expected, codeName) => {
    const { code, err } = await runHere("embed", ...args);
    expect([code, err]).toEqual([expected, expect.stringContaining(`code:  ${codeName} `)]);
  });

  it("says which line is no record", async () => {
    await writeFile(path("broken.jsonl"), '{"text":"fine"}\n{"txt":"canary"}\n');
    const { code, err } = await runHere("embed", "--input", path("broken.jsonl"), "--output", path("never.npy"));
    expect([code, err]).toEqual([1, expect.stringContaining("line 2 is not")]);
    expect(err).not.toContain("canary");
    expect((await readdir(folder.path)).filter((name) => name.startsWith("never"))).toEqual([]);
  });
});

describe("doctor", () => {
  it("checks packages, model and data folder", async () => {
    const { code, out } = await runHere("doctor", "--precision", "int8", "--data", data, "--json");
    expect(code).toBe(0);
    const report = JSON.parse(out) as { ok: boolean; checks: { name: string; ok: boolean; detail: string }[] };
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ name }) => name)).toEqual([
      "environment",
      "package onnxruntime-node",
      "package tokenizers",
      "package @lancedb/lancedb",
      "package better-sqlite3",
      "model",
      "data folder",
    ]);
    expect(report.checks.find(({ name }) => name === "model")?.detail).toMatch(/:int8, 384 dimensions/);
    expect(report.checks.at(-1)?.detail).toContain("all sound");
  });

  it("goes on after a failed check, and fails", async () => {
    const { code, out, err } = await runHere("doctor", "--model", "./no-such-model", "--data", path("mistyped"));
    expect(code).toBe(1);
    expect(out.match(/^✗ /gm)).toHaveLength(2);
    expect(err).toContain("error: 2 checks failed");
  });
});

describe("a data folder that cannot be used", () => {
  it("because another process has it", async () => {
    await using _held = await Database.open(data, { loadEmbedder: async () => new FakeEmbedder() });
    for (const command of [["search", "drugs", "blood"], ["ask", "drugs", "blood?"], ["collections"]]) {
      expect((await runHere(...command, "--data", data)).code, `${command[0]} only reads`).toBe(0);
    }
    for (const command of [
      ["index", "drugs", path("drugs.jsonl")],
      ["snapshot", "list"],
      ["serve", "--port", "0"],
    ]) {
      const { code, err } = await runHere(...command, "--data", data);
      expect([code, err], command[0]).toEqual([1, expect.stringContaining("code:  data_folder_locked ")]);
      expect(err).toMatch(/hint: {2}.*(Stop|stop)/);
    }
  });

  it("because another version wrote it, or it is no folder", async () => {
    const newer = path("newer");
    await (await Database.open(newer, { loadEmbedder: async () => new FakeEmbedder() }))[Symbol.asyncDispose]();
    const catalogue = new DatabaseSync(join(newer, "catalogue.sqlite"));
    catalogue.exec("PRAGMA user_version = 99");
    catalogue.close();
    expect(await runHere("collections", "--data", newer)).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  data_folder_version "),
    });
    expect(await runHere("index", "x", path("drugs.jsonl"), "--data", path("drugs.jsonl"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  data_folder_not_writable "),
    });
  });
});

describe("serve", () => {
  it("refuses what it cannot do, and says what to do instead", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    expect(await runHere("serve", "--port", String(port), "--data", path("serve"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  port_in_use "),
    });
    taken.close();
    expect(await runHere("serve", "--host", "0.0.0.0", "--port", "0", "--data", path("serve"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  keys_required "),
    });
    expect(await runHere("serve", "--port", "99999", "--data", path("serve"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  config_invalid "),
    });
    expect(await runHere("serve", "--config", path("nowhere.yml"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("code:  config_unreadable "),
    });
  });

  it("indexes the demo once, answers its question, and stops at a signal", async () => {
    const demo = path("demo");
    await mkdir(demo);
    await writeFile(
      join(demo, "passages.jsonl"),
      JSON.stringify({
        id: "ibu",
        title: "Ibuprofen with high blood pressure",
        text: "People with high blood pressure should ask a doctor before they take ibuprofen.",
        topic: "pain",
        kind: "drug",
        audience: "adults",
        last_reviewed: "2026-03-12",
      }),
    );
    for (const run of [1, 2]) {
      const child = startCommand([
        "serve",
        "--port",
        "0",
        "--demo",
        demo,
        "--precision",
        "int8",
        "--data",
        path("demo-data"),
      ]);
      using _ended = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
      const started = Promise.withResolvers<void>();
      let shown = "";
      child.stdout?.on("data", (text: Buffer) => {
        shown += text.toString();
        if (shown.includes("Press Ctrl-C")) started.resolve();
      });
      const finished = finish(child);
      await started.promise;
      const url = /page {2}(http:\S+)\//.exec(shown)?.[1] ?? "";
      const { collections } = CollectionList.parse(await (await fetch(`${url}/v1/collections`)).json());
      expect(collections, `run ${run}`).toMatchObject([
        { name: "demo", documents: 1, fields: { last_reviewed: "date", topic: "string" } },
      ]);
      expect(shown).toContain("should ask a doctor before they take ibuprofen. [1]");
      const beside = ["demo", "ibuprofen", "--json", "--data", path("demo-data")];
      const found = await runHere("search", ...beside);
      expect([found.code, SearchResponse.parse(JSON.parse(found.out)).hits[0]?.id]).toEqual([0, "ibu"]);
      expect(Answer.parse(JSON.parse((await runHere("ask", ...beside)).out)).generator).toBe("extractive");
      const listed = await runHere("collections", "--json", "--data", path("demo-data"));
      expect(JSON.parse(listed.out)).toMatchObject({ collections: [{ name: "demo", precision: "int8" }] });
      expect(await runHere("search", "dem", "ibuprofen", "--data", path("demo-data"))).toMatchObject({
        code: 1,
        err: expect.stringMatching(/hint: {2}.*demo[^]*code: {2}collection_not_found /),
      });
      expect(await runHere("index", "demo", path("drugs.jsonl"), "--data", path("demo-data"))).toMatchObject({
        code: 1,
        err: expect.stringContaining("code:  data_folder_locked "),
      });
      child.kill("SIGTERM");
      expect(await finished).toMatchObject({ code: 0 });
    }
  });
});

describe("as a process", () => {
  it("keeps what is stored at the first Ctrl-C, and goes on the next time", async () => {
    const records = Array.from({ length: 2_000 }, (_, index) =>
      JSON.stringify({ id: `r${index}`, text: `Record number ${index} is about topic ${index % 17}. `.repeat(6) }),
    );
    await writeFile(path("many.jsonl"), records.join("\n"));
    const args = ["index", "many", path("many.jsonl"), "--data", path("many-data")];
    const child = startCommand(args);
    // The first line of progress says that batches are being stored.
    child.stderr?.once("data", () => child.kill("SIGINT"));
    const stopped = await finish(child);
    expect([stopped.code, stopped.err]).toEqual([
      130,
      expect.stringMatching(
        /error: stopped after [\d,]+ documents?; they are searchable\nhint: {2}Run the same command/,
      ),
    ]);
    const stored = Number(/stopped after ([\d,]+)/.exec(stopped.err)?.[1]?.replaceAll(",", ""));
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(2_000);
    await using database = await Database.open(path("many-data"), { loadEmbedder: async () => new FakeEmbedder() });
    expect((await database.collections())[0]?.documents).toBe(stored);
  });

  it("is quiet when its reader has seen enough", async () => {
    const child = startCommand(["search", "drugs", "blood", "--data", data]);
    child.stdout?.destroy();
    const { code, err } = await finish(child);
    expect(err).not.toMatch(/EPIPE|error/);
    expect(code).toBe(0);
  });

  it("answers --version and help without loading a model", async () => {
    expect(await finish(startCommand(["--version"]))).toEqual({ code: 0, out: "0.1.0\n", err: "" });
    const [one, other] = [await runHere("help", "search"), await runHere("search", "--help")];
    expect([one.code, one.out]).toEqual([0, other.out]);
    expect(await runHere("serch")).toMatchObject({ code: 2, err: expect.stringContaining("search") });
    expect(await runHere()).toMatchObject({ code: 2, out: "" });
  });
});
