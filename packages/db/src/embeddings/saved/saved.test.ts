import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import { Embeddings } from "../embeddings.ts";
import { M6 } from "../m6.fixture.ts";
import { loadToyEmbedder } from "../toy-embedder.fixture.ts";

const TXTAI = fileURLToPath(new URL("../../../../../testing/txtai", import.meta.url));
const KEYWORD_INDEX = join(TXTAI, "keyword-index");

type Answers = Record<string, Record<string, unknown>[]>;

/** Numbers as nearly as the cases ask, objects as what they say: txtai writes spaces into its JSON. */
function comparable(rows: readonly Record<string, unknown>[]): unknown {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (name === "data") return [name, JSON.parse(String(value))];
        return [name, typeof value === "number" ? Number(value.toFixed(5)) : value];
      }),
    ),
  );
}

describe("a folder that txtai saved", () => {
  test("is answered from as txtai did", async () => {
    const answers = JSON.parse(await readFile(join(TXTAI, "answers.json"), "utf8")) as Answers;
    await using embeddings = new Embeddings({ content: true });
    expect(await embeddings.exists(KEYWORD_INDEX)).toBe(true);
    await embeddings.load(KEYWORD_INDEX);
    expect(await embeddings.count()).toBe(6);
    for (const [question, rows] of Object.entries(answers)) {
      expect({ question, rows: comparable(await embeddings.search(question)) }).toEqual({
        question,
        rows: comparable(rows),
      });
    }
    expect(await embeddings.search("select entry from txtai where indexid = 0")).toEqual([
      { entry: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/) },
    ]);
  });

  test("goes on with its ids, and may be given vectors", async () => {
    await using embeddings = new Embeddings({ content: true, loadEmbedder: loadToyEmbedder });
    await embeddings.load(KEYWORD_INDEX, { keyword: false, hybrid: true });
    expect([embeddings.isdense(), embeddings.issparse()]).toEqual([true, true]);
    await embeddings.upsert(["one more"]);
    expect((await embeddings.search("one more", 1)).map(({ id }) => id)).toEqual(["6"]);
    expect(await embeddings.search("insulin therapy risk", 9)).toHaveLength(7);
  });

  test("that is none is refused, and the index stays", async () => {
    await using folder = await temporaryDirectory();
    await using embeddings = new Embeddings({ content: true, keyword: true });
    await embeddings.index(["kept"]);
    const refused = async (change: (path: string) => Promise<unknown>) => {
      const path = join(folder.path, "index");
      await rm(path, { recursive: true, force: true });
      await cp(KEYWORD_INDEX, path, { recursive: true });
      await change(path);
      await expect(embeddings.load(path)).rejects.toMatchObject({ code: "import_invalid" });
      expect(await embeddings.search("kept")).toHaveLength(1);
    };
    await refused((path) => rm(path, { recursive: true }));
    await refused((path) => rm(join(path, "config.json")));
    await refused((path) => rm(join(path, "documents")));
    await refused((path) => writeFile(join(path, "documents"), "not a database, but long enough".repeat(50)));
    await refused((path) => writeFile(join(path, "config.json"), "{"));
    await refused((path) => writeFile(join(path, "config.json"), "{}"));
    await refused((path) => writeFile(join(path, "config.json"), '{"offset": 1, "scoring": "sparse"}'));
    expect(await embeddings.exists(folder.path)).toBe(false);
  });
});

describe("a folder of one's own", () => {
  test("gives the same index, without embedding again", async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, "a", "index");
    const options = { hybrid: true, content: true, objects: true, autoid: 0, columns: { store: ["year"] } } as const;
    const embedder = new FakeEmbedder();
    await using first = new Embeddings({ ...options, loadEmbedder: async () => embedder });
    await first.index([
      { id: 1, text: "insulin lowers glucose", year: 2020, object: new Uint8Array([1, 2]) },
      [2, "kidney stones", "renal"],
      "asthma",
    ]);
    await first.save(path);
    await first.save(path);
    expect(await first.exists(path)).toBe(true);
    embedder.documents.length = 0;
    await using second = new Embeddings({ content: true, loadEmbedder: async () => embedder });
    await second.load(path);
    expect(embedder.documents).toEqual([]);
    const all = "select * from txtai where similar('insulin stones')";
    expect(await second.search(all)).toEqual(await first.search(all));
    expect((await second.search(all))[0]).toMatchObject({ data: null, tags: "renal" });
    expect((await second.search("select object from txtai where id = 1"))[0]?.["object"]).toEqual(Buffer.from([1, 2]));
    expect(await second.search("select year from txtai where id = 1")).toEqual([{ year: 2020 }]);
    await second.upsert(["next"]);
    expect((await second.search("next", 1)).map(({ id }) => id)).toEqual(["3"]);
  });

  test("takes no place but that of a saved index", async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, "mine");
    await mkdir(path);
    await writeFile(join(path, "letter.txt"), "dear");
    await using embeddings = new Embeddings({ keyword: true });
    await embeddings.save(path);
    await embeddings.index(M6);
    await expect(embeddings.save(path)).rejects.toMatchObject({ code: "import_invalid" });
    expect(await readFile(join(path, "letter.txt"), "utf8")).toBe("dear");
  });
});
