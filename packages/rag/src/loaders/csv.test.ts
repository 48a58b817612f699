import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csv } from "./csv.ts";
import { chunked, loadAll, testLoader } from "./loader.contract.ts";

const load = (content: string | Uint8Array, options = {}) => loadAll(csv, chunked(content), options);

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe("csv", () => {
  testLoader(csv, 'id,title,text\na,Gout,"Gout hurts, — 38 °C."\nb,,Second.\n');

  test("quoted commas, quotes and line breaks; the line is the one where the row begins", async () => {
    const content = 'text,year\n"One, ""two""\nthree",2011\n\n\nFour,\n';
    expect(await load(content)).toEqual([
      { line: 2, document: { id: "notes.csv#2", text: 'One, "two"\nthree', metadata: { year: "2011" } } },
      { line: 6, document: { id: "notes.csv#6", text: "Four", metadata: {} } },
    ]);
  });

  test.each(["text\tyear\na, b; c\t1\n", "text;year\na, b\t c;1\n", "text,year\na; b\t c,1\n"])(
    "tells the separator from the header: %j",
    async (content) => {
      expect(await load(content)).toMatchObject([{ document: { metadata: { year: "1" } } }]);
    },
  );

  test("a row with other columns, a stray quote and bad bytes fail alone, with their lines", async () => {
    const bytes = Buffer.concat([
      Buffer.from('id,text\n1,One.\n2,Two.,more\n3,"a"b\n'),
      Buffer.from([0x34, 0x2c, 0xff, 0x0a]),
      Buffer.from("5,Five.\n"),
    ]);
    const records = await load(bytes);
    expect(records).toMatchObject([
      { line: 2, document: { id: "1" } },
      { line: 3, error: { code: "record_invalid", message: expect.stringContaining("3 columns") } },
      { line: 4, error: { code: "record_invalid", message: expect.stringContaining("quote in the middle") } },
      { line: 5, error: { code: "record_invalid", message: expect.stringContaining("UTF-8") } },
      { line: 6, document: { id: "5" } },
    ]);
  });

  test("a quote inside an unquoted value is an ordinary character, a line end of Windows in a quoted one stays", async () => {
    expect(await load('text,year\r\n5" long,1\r\n"a\r\nb",2\r\n')).toMatchObject([
      { line: 2, document: { text: '5" long' } },
      { line: 3, document: { text: "a\r\nb" } },
    ]);
  });

  test.each([
    ["a quote that is never closed", 'text\n"One\nTwo\n'],
    ["only a quote", '"'],
  ])("%s is told", async (_, content) => {
    const outcome = await load(content).catch((error: unknown) => [error]);
    const told = outcome.map((one) => (one as { error?: { code: string } }).error ?? one);
    expect(told).toMatchObject([{ code: expect.stringMatching(/^(record|source)_invalid$/) }]);
  });

  test.each([
    ["id,,text\n1,2,3\n", "a column without a name"],
    ["id,text,id\n1,2,3\n", "two columns named id"],
  ])("a header that does not name every column stops it: %j", async (content, what) => {
    await expect(load(content)).rejects.toMatchObject({
      code: "source_invalid",
      message: expect.stringContaining(what),
    });
  });

  test("without a text column every row says which columns there are", async () => {
    expect(await load("id,titel\n1,x\n")).toMatchObject([
      {
        error: {
          code: "field_missing",
          message: "notes.csv, line 2: no text field; the record has the fields id, titel",
        },
      },
    ]);
  });

  test("any table comes back exactly", async () => {
    const cell = fc
      .string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", "\r\n", ";", " ", "😀"), minLength: 1, maxLength: 12 })
      .filter((text) => text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 10 }), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
        const content = ["id,text", ...texts.map((text, index) => `${index},${quote(text)}`)].join("\n");
        const loaded = await loadAll(csv, chunked(content, size));
        expect(loaded).toMatchObject(texts.map((text, index) => ({ document: { id: String(index), text } })));
      }),
      { numRuns: 50 },
    );
  });
});
