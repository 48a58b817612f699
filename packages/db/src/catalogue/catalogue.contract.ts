import { describe, expect, test } from "vitest";
import { newCollection } from "./collection.fixture.ts";
import type { Catalogue, NewAcceptedWrite, NewCollection, StagedDocument } from "./catalogue.ts";

const collection: NewCollection = {
  ...newCollection,
  id: "c1",
  name: "medquad",
  precision: "int8",
  metric: "dot",
  vectors: { other: { modelName: "o", model: "other", precision: "fp32", dimension: 3, metric: "l2" } },
  fields: { year: "number" },
};

function staged(id: string, text: string, rest: Partial<StagedDocument> = {}): StagedDocument {
  const at = new Date("2026-01-02T03:04:05.678Z");
  return {
    id,
    text,
    title: undefined,
    tags: undefined,
    metadata: {},
    source: undefined,
    passages: [{ start: 0, end: text.length }],
    contentHash: `content ${text}`,
    textHash: `text ${text}`,
    createdAt: at,
    updatedAt: at,
    ...rest,
  };
}

function acceptedWrite(id: string): NewAcceptedWrite {
  return { id, collectionId: "c1", source: "f", documents: 1, payload: `["${id}é"]` };
}

/** What the rest of the package relies on, whatever database the catalogue lives in. `reopen` gives the same data again. */
export function catalogueContract(
  name: string,
  open: () => Promise<{ catalogue: Catalogue; reopen: () => Promise<Catalogue> } & AsyncDisposable>,
): void {
  describe(`catalogue ${name}`, () => {
    test("collections have unique names and a state", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      expect(await catalogue.addCollection(collection)).toBe(true);
      expect(await catalogue.addCollection({ ...collection, id: "c2", table: "t2" })).toBe(false);
      expect(await catalogue.findCollection("medquad")).toMatchObject({ ...collection, state: "creating", version: 0 });
      await catalogue.setCollectionState("c1", "ready", 7);
      expect(await catalogue.listCollections()).toMatchObject([{ id: "c1", state: "ready", tableVersion: 7 }]);
      await catalogue.setTableVersion("c1", 9);
      expect((await catalogue.findCollection("medquad"))?.tableVersion).toBe(9);
      expect(await catalogue.findCollection("other")).toBeUndefined();
      await catalogue.renameCollection("c1", "renamed");
      expect(await catalogue.collectionOf("c1")).toEqual(await catalogue.findCollection("renamed"));
      expect(await catalogue.collectionOf("c2")).toBeUndefined();
    });

    test("a staged revision is invisible until it is settled, but can be read by its number", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const rich = { title: "T", tags: ["x"], metadata: { year: 1, deep: { a: [null] } }, source: "f" };
      const rev = await catalogue.stage("c1", [staged("a", "old", rich)]);
      expect(await catalogue.document("c1", "a")).toBeUndefined();
      expect(await catalogue.countDocuments("c1")).toBe(0);
      expect(await catalogue.documentsAt("c1", [{ id: "a", rev }])).toMatchObject([staged("a", "old", rich)]);
      expect(await catalogue.unsettled("c1")).toEqual({ upserts: [{ rev, ids: ["a"] }], deletes: [] });
      await catalogue.settle("c1", rev, { tableVersion: 3, fields: ["deep", "deep.a"] });
      expect(await catalogue.document("c1", "a")).toMatchObject({ ...staged("a", "old", rich), rev });
      expect(await catalogue.unsettled("c1")).toEqual({ upserts: [], deletes: [] });
      expect(await catalogue.findCollection("medquad")).toMatchObject({ version: rev, tableVersion: 3 });
      expect(await catalogue.seenFields("c1")).toEqual(["deep", "deep.a"]);
    });

    test("settling replaces older versions of the same documents, and only those", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const first = await catalogue.stage("c1", [staged("a", "old"), staged("b", "kept")]);
      await catalogue.settle("c1", first, { tableVersion: 1 });
      const second = await catalogue.stage("c1", [staged("a", "new")]);
      expect(second).toBeGreaterThan(first);
      expect((await catalogue.document("c1", "a"))?.text).toBe("old");
      await catalogue.settle("c1", second, { tableVersion: 2 });
      expect(await catalogue.documentsAt("c1", [{ id: "a", rev: first }])).toEqual([]);
      expect((await catalogue.versions("c1", ["a", "b", "none"])).size).toBe(2);
      expect(await Array.fromAsync(catalogue.manifest("c1"))).toEqual([
        { id: "a", rev: second, passages: 1, originRev: undefined },
        { id: "b", rev: first, passages: 1, originRev: undefined },
      ]);
    });

    test("what is known of vector indexes is kept with the collection", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      expect((await catalogue.findCollection("medquad"))?.vectorIndexes).toEqual({});
      const facts = { partitions: 4, trained_rows: 100, probed_rows: 150, probes: 2, refine: 4, recall: 0.99 };
      await catalogue.setVectorIndexes("c1", { other: facts });
      await catalogue.setVectorIndexes("c1", { default: { ...facts, recall: 1 } });
      const indexes = { default: { ...facts, recall: 1 }, other: facts };
      expect((await catalogue.findCollection("medquad"))?.vectorIndexes).toEqual(indexes);
      expect((await (await opened.reopen()).findCollection("medquad"))?.vectorIndexes).toEqual(indexes);
    });

    test("undoing forgets a revision, whose number is not used again", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const first = await catalogue.stage("c1", [staged("a", "x")]);
      await catalogue.undo("c1", first);
      expect(await catalogue.unsettled("c1")).toEqual({ upserts: [], deletes: [] });
      const reopened = await opened.reopen();
      expect(await reopened.stage("c1", [staged("a", "y")])).toBeGreaterThan(first);
    });

    test("a deletion hides at once what exists, and removes it when it is settled", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const stored = await catalogue.stage("c1", [staged("a", "x"), staged("b", "y")]);
      await catalogue.settle("c1", stored, { tableVersion: 1 });
      const { ids, rev } = await catalogue.stageDelete("c1", ["a", "none"]);
      expect(ids).toEqual(["a"]);
      expect(await catalogue.document("c1", "a")).toBeUndefined();
      expect(await catalogue.documentsAt("c1", [{ id: "a", rev: stored }])).toEqual([]);
      expect(await catalogue.countDocuments("c1")).toBe(1);
      expect((await (await opened.reopen()).unsettled("c1")).deletes).toEqual(["a"]);
      await catalogue.settleDelete("c1", rev, { tableVersion: 2 });
      expect((await catalogue.unsettled("c1")).deletes).toEqual([]);
    });

    test("objects are told of when the last version that had them may be gone", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const scan = { media_type: "application/pdf", bytes: 4, sha256: "aa" };
      const other = { media_type: "image/png", bytes: 5, sha256: "bb" };
      const first = await catalogue.stage("c1", [
        staged("a", "x", { object: scan }),
        staged("b", "y", { object: { ...scan, media_type: "text/plain" } }),
        staged("c", "z"),
      ]);
      expect(await catalogue.unusedObjects(["aa", "bb"])).toEqual(["bb"]);
      expect(await catalogue.objects("c1")).toEqual([]);
      expect(await catalogue.settle("c1", first, { tableVersion: 1 })).toEqual([]);
      expect(await catalogue.objects("c1")).toEqual([{ bytes: 4, sha256: "aa" }]);
      expect((await catalogue.document("c1", "b"))?.object).toEqual({ ...scan, media_type: "text/plain" });
      const shown = await catalogue.summaries("c1", { limit: 3 });
      expect(shown.map(({ object }) => object?.media_type)).toEqual(["application/pdf", "text/plain", undefined]);

      const second = await catalogue.stage("c1", [staged("a", "new", { object: other }), staged("c", "new")]);
      expect(await catalogue.settle("c1", second, { tableVersion: 2 })).toEqual(["aa"]);
      expect(await catalogue.unusedObjects(["aa", "bb"])).toEqual([]);
      const third = await catalogue.stage("c1", [staged("c", "never", { object: { ...other, sha256: "cc" } })]);
      expect(await catalogue.undo("c1", third)).toEqual(["cc"]);
      const { rev } = await catalogue.stageDelete("c1", ["b"]);
      expect(await catalogue.unusedObjects(["aa"])).toEqual([]);
      expect(await catalogue.settleDelete("c1", rev, { tableVersion: 3 })).toEqual(["aa"]);
      expect(await catalogue.unusedObjects(["aa", "bb", "cc"])).toEqual(["aa", "cc"]);
      expect(await catalogue.removeCollection("c1")).toEqual(["bb"]);
      expect(await catalogue.unusedObjects(["bb"])).toEqual(["bb"]);
    });

    test("summaries page by id in byte order, sources and texts are found", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const documents = ["a", "B", "é", "😀", "10", "9"].map((id) =>
        staged(id, `it's ${id} text`, { source: `s-${id.length}` }),
      );
      const rev = await catalogue.stage("c1", documents);
      await catalogue.settle("c1", rev, { tableVersion: 1 });
      const page = await catalogue.summaries("c1", { limit: 3 });
      expect(page.map(({ id }) => id)).toEqual(["10", "9", "B"]);
      const next = await catalogue.summaries("c1", { limit: 10, after: "B" });
      expect(next.map(({ id }) => id)).toEqual(["a", "é", "😀"]);
      expect(await catalogue.summaries("c1", { limit: 10, ids: ["a", "none"] })).toMatchObject([
        { id: "a", length: 11, snippet: "it's a text" },
      ]);
      expect(await catalogue.idsBySource("c1", "s-2")).toEqual(["10", "😀"]);
      expect(await catalogue.idsContaining("c1", "it's 😀")).toEqual(["😀"]);
      await catalogue.setSource("c1", ["10"], "other");
      expect(await catalogue.idsBySource("c1", "other")).toEqual(["10"]);
    });

    test("a replacement takes over name, aliases and sources at once, and goes on counting", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      await catalogue.setCollectionState("c1", "ready", 1);
      await catalogue.setAlias("live", "c1");
      await catalogue.setSourceRecord("c1", { source: "s", hash: "h", documents: 1, updatedAt: new Date() });
      for (const text of ["x", "y", "z"]) {
        await catalogue.settle("c1", await catalogue.stage("c1", [staged("a", text)]), { tableVersion: 1 });
      }
      const { version } = (await catalogue.findCollection("medquad")) ?? { version: 0 };
      await catalogue.addCollection({ ...collection, id: "c2", name: "replacing c1", table: "t2", replaces: "c1" });
      expect(await catalogue.findReplacement("c1")).toBeUndefined(); // its table is not there yet
      await catalogue.setCollectionState("c2", "building", 4);
      expect(await catalogue.findReplacement("c1")).toMatchObject({ id: "c2", replaces: "c1" });
      const copy = await catalogue.stage("c2", [staged("a", "z", { originRev: version })]);
      await catalogue.settle("c2", copy, { tableVersion: 5 });
      expect(await Array.fromAsync(catalogue.manifest("c2"))).toMatchObject([{ id: "a", originRev: version }]);
      expect(await catalogue.replaceCollection("c2")).toBeGreaterThan(version);
      const reopened = await opened.reopen();
      expect(await reopened.findCollection("medquad")).toMatchObject({ id: "c2", state: "ready", tableVersion: 5 });
      expect(await reopened.listAliases()).toEqual([{ alias: "live", collection: "medquad" }]);
      expect((await reopened.getSource("c2", "s"))?.hash).toBe("h");
      expect((await reopened.listCollections()).find(({ id }) => id === "c1")?.state).toBe("dropping");
      expect(await reopened.stage("c2", [staged("b", "b")])).toBeGreaterThan(version + 1);
      expect(await reopened.findReplacement("c1")).toBeUndefined();
    });

    test("names and aliases are of one kind", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      await catalogue.addCollection({ ...collection, id: "c2", name: "other", table: "t2" });
      expect(await catalogue.setAlias("live", "c1")).toBe(true);
      expect(await catalogue.setAlias("live", "c2")).toBe(true);
      expect(await catalogue.setAlias("medquad", "c2")).toBe(false);
      expect(await catalogue.addCollection({ ...collection, id: "c3", name: "live", table: "t3" })).toBe(false);
      expect(await catalogue.renameCollection("c2", "live")).toBe(false);
      expect(await catalogue.renameCollection("c2", "medquad")).toBe(false);
      expect(await catalogue.renameCollection("c2", "renamed")).toBe(true);
      expect(await catalogue.listAliases()).toEqual([{ alias: "live", collection: "renamed" }]);
      expect([await catalogue.removeAlias("live"), await catalogue.removeAlias("live")]).toEqual([true, false]);
      await catalogue.setAlias("gone", "c1");
      await catalogue.removeCollection("c1");
      expect(await catalogue.listAliases()).toEqual([]);
    });

    test("removing a collection removes what belongs to it", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      await catalogue.settle("c1", await catalogue.stage("c1", [staged("a", "x")]), { tableVersion: 1, fields: ["f"] });
      await catalogue.setSourceRecord("c1", { source: "s", hash: "h", documents: 1, updatedAt: new Date() });
      await catalogue.removeCollection("c1");
      expect(await catalogue.listCollections()).toEqual([]);
      expect(await catalogue.countDocuments("c1")).toBe(0);
      expect(await catalogue.seenFields("c1")).toEqual([]);
      expect(await catalogue.listSources("c1", "")).toEqual([]);
    });

    test("answers of calls are kept for a while, move to what replaces their collection, and are forgotten", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const [past, future] = [new Date(Date.now() - 1_000), new Date(Date.now() + 60_000)];
      await catalogue.recordAnswer("c1", "k", { hash: "h", response: "r" }, past);
      expect(await catalogue.findAnswer("c1", "k", past)).toEqual({ hash: "h", response: "r" });
      expect(await catalogue.findAnswer("c1", "k", future)).toBeUndefined();
      expect(await catalogue.findAnswer("c2", "k", past)).toBeUndefined();
      await catalogue.recordAnswer("c1", "k", { hash: "h2", response: "r2" }, past);
      await catalogue.addCollection({ ...collection, id: "c2", name: "replacing c1", table: "t2", replaces: "c1" });
      await catalogue.replaceCollection("c2");
      const reopened = await opened.reopen();
      expect(await reopened.findAnswer("c2", "k", past)).toEqual({ hash: "h2", response: "r2" });
      await reopened.setSourceRecord("c2", { source: "s", hash: "h", documents: 1, updatedAt: new Date() });
      await reopened.forgetCalls("c2");
      expect(await reopened.findAnswer("c2", "k", past)).toBeUndefined();
      expect(await reopened.listSources("c2", "")).toEqual([]);
      await reopened.recordAnswer("c2", "old", { hash: "h", response: "r" }, past);
      await reopened.recordAnswer("c2", "new", { hash: "h", response: "r" }, future);
      expect(await reopened.findAnswer("c2", "old", past), "forgotten when a newer one is recorded").toBeUndefined();
    });

    test("accepted writes wait in order, within a bound, and keep their documents until they end", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      expect(await catalogue.acceptWrite(acceptedWrite("w1"), 100)).toBe(true);
      expect(await catalogue.acceptWrite(acceptedWrite("w2"), 16)).toBe(true);
      expect(await catalogue.acceptWrite(acceptedWrite("w3"), 16), "in bytes").toBe(false);
      const reopened = await opened.reopen();
      expect(await reopened.listAcceptedWrites()).toMatchObject([
        { id: "w1", state: "waiting", collectionId: "c1", source: "f", documents: 1 },
        { id: "w2", state: "waiting" },
      ]);
      expect(await reopened.acceptedDocuments("w1")).toBe('["w1é"]');
      expect(await reopened.endAcceptedWrite("w1", { state: "done", outcome: "{}" }, 1)).toBe(true);
      expect(await reopened.endAcceptedWrite("w1", { state: "failed", outcome: undefined }, 1)).toBe(false);
      expect(await reopened.acceptedDocuments("w1")).toBeUndefined();
      expect(await reopened.findAcceptedWrite("w1")).toMatchObject({ state: "done", outcome: "{}" });
      expect(await reopened.endAcceptedWrite("w2", { state: "cancelled", outcome: undefined }, 1)).toBe(true);
      expect((await reopened.listAcceptedWrites()).map(({ id }) => id)).toEqual(["w2"]);
      await reopened.removeCollection("c1");
      expect(await reopened.listAcceptedWrites()).toEqual([]);
    });

    test("a restored collection has the revisions that it is given and goes on after them", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      await catalogue.restoreDocuments("c1", [
        { ...staged("a", "x"), rev: 3 },
        { ...staged("b", "yy"), rev: 7 },
      ]);
      const facts = { partitions: 1, trained_rows: 1, probed_rows: 1, probes: 1, refine: 4, recall: 1 };
      const vectorIndexes = { default: facts, other: { ...facts, probes: 2 } };
      await catalogue.restoreState("c1", { version: 9, tableVersion: 12, vectorIndexes, fields: ["f"] });
      const reopened = await opened.reopen();
      expect(await reopened.findCollection("medquad")).toMatchObject({ version: 9, tableVersion: 12, vectorIndexes });
      expect(await reopened.document("c1", "b")).toMatchObject({ text: "yy", rev: 7 });
      expect(await reopened.seenFields("c1")).toEqual(["f"]);
      expect(await reopened.stage("c1", [staged("c", "z")])).toBe(10);
    });

    test("fields are declared, and text lengths counted", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      expect(await catalogue.textLengths("c1")).toBeUndefined();
      const documents = Array.from({ length: 21 }, (_, at) => staged(`d${at}`, "x".repeat(at + 1)));
      await catalogue.settle("c1", await catalogue.stage("c1", documents), { tableVersion: 1, fields: ["a", "b"] });
      expect(await catalogue.textLengths("c1")).toEqual({ total: 231, min: 1, median: 11, p95: 20, max: 21 });
      await catalogue.setFields("c1", { year: "number", a: "string" }, 5);
      const reopened = await opened.reopen();
      expect(await reopened.findCollection("medquad")).toMatchObject({
        fields: { year: "number", a: "string" },
        tableVersion: 5,
      });
      expect(await reopened.seenFields("c1")).toEqual(["b"]);
    });

    test("ids and texts of any characters are kept, also after reopening", async () => {
      await using opened = await open();
      const { catalogue } = opened;
      await catalogue.addCollection(collection);
      const odd = ["'", '"', "\\", "%_", "é", "e\u0301", "😀", "a b", "--", "\u2028"];
      const documents = odd.map((id) => staged(id, `text\u0000 ${id}\n`));
      await catalogue.settle("c1", await catalogue.stage("c1", documents), { tableVersion: 1 });
      const reopened = await opened.reopen();
      for (const { id, text } of documents) expect((await reopened.document("c1", id))?.text).toBe(text);
      expect((await reopened.versions("c1", odd)).size).toBe(odd.length);
    });
  });
}
