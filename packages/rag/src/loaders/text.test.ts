import { describe, expect, test } from "vitest";
import { chunked, loadAll, testLoader } from "./loader.contract.ts";
import { findTitle, markdown } from "./markdown.ts";
import { findLoader } from "./registry.ts";
import { text } from "./text.ts";
import { MAX_TEXT_BYTES } from "./whole-text.ts";

describe("text", () => {
  testLoader(text, "Gout hurts — 38 °C.\nRest.\n");

  test("the file is the text, its name the title", async () => {
    const [record] = await loadAll(text, chunked("  As it\r\nstands. \n"), { source: "guides/low.back-pain.txt.gz" });
    expect(record).toEqual({
      document: { id: "guides/low.back-pain.txt.gz", title: "low.back-pain", text: "  As it\r\nstands. \n" },
    });
  });

  test("the line of the first bad byte, and UTF-16, are named", async () => {
    await expect(loadAll(text, chunked(new Uint8Array([0x61, 0x0a, 0x0a, 0xe2, 0x28])))).rejects.toThrow("(line 3)");
    await expect(loadAll(text, chunked(Buffer.from("\uFEFFhi", "utf16le")))).rejects.toThrow("UTF-16");
  });

  test("too long a file stops before it is held", async () => {
    let sent = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        sent += 1_048_576;
        yield new Uint8Array(1_048_576).fill(0x61);
      }
    }
    await expect(loadAll(text, endless())).rejects.toMatchObject({ code: "source_too_large" });
    expect(sent).toBeLessThanOrEqual(MAX_TEXT_BYTES + 2 * 1_048_576);
  });
});

describe("markdown", () => {
  testLoader(markdown, "# Gout\n\nGout hurts — 38 °C.\n");

  test.each([
    ["# Gout *in* [toes](x)\n\nText", "Gout in toes"],
    ["Text first.\n\nA Heading\n---\n", "A Heading"],
    ['---\nauthor: x\ntitle: "Front: matter"\n---\n# Heading\n', "Front: matter"],
    ["---\nauthor: x\n---\n# Heading\n", "Heading"],
    ["```\n# no heading\n```\nText", undefined],
    ["No heading at all", undefined],
    ["#\n\nEmpty heading", undefined],
  ])("the title of %j", (content, title) => {
    expect(findTitle(content)).toBe(title);
  });

  test("the text stays as it is, front matter and all", async () => {
    const content = "---\ntitle: T\n---\r\n\r\n* a\n* b\n";
    expect(await loadAll(markdown, chunked(content))).toEqual([
      { document: { id: "notes.md", title: "T", text: content } },
    ]);
    expect(await loadAll(markdown, chunked("just words"))).toMatchObject([{ document: { title: "notes" } }]);
  });

  test.each([
    ["[".repeat(100_000)],
    ["*a ".repeat(50_000)],
    ["> ".repeat(50_000)],
    ["<".repeat(100_000)],
    ["![".repeat(50_000)],
  ])("a text made to be slow is not: %#", (content) => {
    const started = performance.now();
    findTitle(content);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("findLoader", () => {
  test.each([
    ["a.JSONL", undefined, "jsonl"],
    ["a.ndjson.gz", undefined, "jsonl"],
    ["a.tsv", undefined, "csv"],
    ["a.markdown", "text/plain", "markdown"],
    ["upload", "text/csv; charset=utf-8", "csv"],
    ["a.txt", "application/octet-stream", "text"],
  ])("%s (%s) is %s", (name, mediaType, expected) => {
    const names = { jsonl: ".jsonl", csv: ".csv", markdown: ".md", text: ".txt" };
    expect(findLoader(name, mediaType)?.extensions).toContain(names[expected as keyof typeof names]);
  });

  test("what nothing reads has none", () => {
    expect(findLoader("a.pdf")).toBeUndefined();
    expect(findLoader("jsonl")).toBeUndefined();
  });
});
