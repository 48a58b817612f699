import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunked, loadAll, testLoader } from "./loader.contract.ts";
import { jsonl } from "./jsonl.ts";
import { MAX_LINE_BYTES } from "@galen/db/lines";

const load = (content: string | Uint8Array, options = {}) => loadAll(jsonl, chunked(content), options);

async function* oneLongLine(): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode('{"text":"');
  for (let sent = 0; sent <= MAX_LINE_BYTES; sent += 1_048_576) yield new Uint8Array(1_048_576).fill(0x61);
  yield new TextEncoder().encode('"}\n{"text":"Next."}\n');
}

describe("jsonl", () => {
  testLoader(jsonl, '{"id":"a","title":"Gout","text":"Gout hurts — 38 °C."}\n\n{"text":"Second."}\n');

  test("the usual names, the given names, and the rest as metadata", async () => {
    const medquad = {
      id: "m1",
      question: "What is gout?",
      answer: "A disease.",
      cui: ["C1", "C2"],
      n: 2,
      deep: { a: [1] },
    };
    expect(await load(JSON.stringify(medquad))).toEqual([
      {
        line: 1,
        document: {
          id: "m1",
          title: "What is gout?",
          text: "A disease.",
          metadata: { cui: ["C1", "C2"], n: 2, deep: { a: [1] } },
        },
      },
    ]);
    const other = { Text: "shown", body: "used", name: "N", pmid: 7, gone: null, empty: "" };
    expect(await load(JSON.stringify(other), { text: "body", title: "name", id: "pmid" })).toEqual([
      { line: 1, document: { id: "7", title: "N", text: "used", metadata: { Text: "shown" } } },
    ]);
  });

  test("an exported document comes back as it was", async () => {
    const document = { id: "d", title: "T", text: "Text.", tags: ["x"], metadata: { year: 2001, nested: { a: 1 } } };
    expect(await load(JSON.stringify(document))).toEqual([{ line: 1, document }]);
  });

  test("strings become the declared types, others stay as they are", async () => {
    const record = {
      id: "d",
      text: "Text.",
      year: " 2011 ",
      rct: "TRUE",
      mesh: '["A","B"]',
      when: "2001-02-03",
      n: "2011",
      bad: "old",
    };
    const fieldTypes = { year: "number", rct: "boolean", mesh: "string[]", when: "date", bad: "number" };
    const [loaded] = await load(JSON.stringify(record), { fieldTypes });
    expect(loaded).toMatchObject({
      document: { metadata: { year: 2011, rct: true, mesh: ["A", "B"], when: "2001-02-03", n: "2011", bad: "old" } },
    });
  });

  test.each([
    ['{"id":"a" "text":"secret"}', "record_invalid", "notes.jsonl, line 2: not valid JSON at column 11"],
    ['{"id":"a","text":"secret', "record_invalid", "notes.jsonl, line 2: not valid JSON at column 25"],
    ["[1]", "record_invalid", "notes.jsonl, line 2: not a JSON object"],
    ["null", "record_invalid", "notes.jsonl, line 2: not a JSON object"],
    [
      '{"id":"a","titel":"x"}',
      "field_missing",
      "notes.jsonl, line 2: no text field; the record has the fields id, titel",
    ],
    ["{}", "field_missing", "notes.jsonl, line 2: no text field; the record has no fields"],
    ['{"id":"a","text":"  "}', "field_missing", "notes.jsonl, line 2: the text field text is empty"],
    ['{"id":"a","text":"a\\u0000b"}', "record_invalid", "notes.jsonl, line 2: the text contains a NUL character"],
    [
      '{"id":"a","text":"a\\ud800b"}',
      "record_invalid",
      "notes.jsonl, line 2: the text contains half of a surrogate pair",
    ],
  ])("names the line of a bad record and goes on: %s", async (line, code, message) => {
    const records = await load(`{"text":"One."}\n${line}\n{"text":"Three."}`);
    expect(records).toMatchObject([
      { document: { id: "notes.jsonl#1" } },
      { line: 2, error: { code, message } },
      { document: { id: "notes.jsonl#3" } },
    ]);
  });

  test.each([
    [{ id: 1.5, text: "x" }, { id: "id" }, "record_invalid"],
    [{ id: { a: 1 }, text: "x" }, { id: "id" }, "record_invalid"],
    [{ text: ["x"] }, { text: "text" }, "field_missing"],
    [{ text: "x", title: 5 }, { title: "title" }, "record_invalid"],
    [{ text: "x" }, { text: "body" }, "field_missing"],
  ])("a field that was named must be usable: %j with %j", async (record, names, code) => {
    expect(await load(JSON.stringify(record), names)).toMatchObject([{ error: { code } }]);
  });

  test("a record cannot reach the prototype of anything", async () => {
    const [record] = await load('{"text":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(record).toHaveProperty("document");
  });

  test("a line that is too long is skipped without being kept", async () => {
    expect(await loadAll(jsonl, oneLongLine())).toMatchObject([
      { line: 1, error: { code: "record_invalid", message: expect.stringContaining("longer than") } },
      { line: 2, document: { text: "Next." } },
    ]);
  });

  test("any texts, ids and titles come back exactly", async () => {
    const value = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => text.trim() !== "" && !text.includes("\0") && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: value, text: value }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        async (records, size) => {
          const content = records.map((record) => JSON.stringify(record)).join("\n");
          const loaded = await loadAll(jsonl, chunked(content, size));
          expect(loaded).toMatchObject(records.map(({ id, text }) => ({ document: { id: id.trim(), text } })));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("any bytes give records or failures, never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        for (const record of await load(bytes))
          expect("error" in record ? record.error.code : "document").toMatch(/_|document/);
      }),
      { numRuns: 100 },
    );
  });
});
