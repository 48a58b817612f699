import { FakeEmbedder } from "@galen/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PASSAGE_TOKENS, splitPassages } from "./split-passages.ts";

async function passagesOf(text: string, { title, maxTokens = 256 }: { title?: string; maxTokens?: number } = {}) {
  await using embedder = new FakeEmbedder({ maxTokens });
  return await splitPassages(text, { title, embedder });
}

const sentence = (words: number, name: string) =>
  `${Array.from({ length: words }, (_, at) => `${name}${at}`).join(" ")}.`;

const firstSentence = (passage: string) => passage.slice(0, passage.indexOf(".") + 1);
const lastSentence = (passage: string) => passage.slice(passage.lastIndexOf(".", passage.length - 2) + 1).trim();

describe("splitPassages", () => {
  test("a text within the limit stays one passage, without the white space around it", async () => {
    expect(await passagesOf("\n  One. Two.\n\nThree.  \n")).toEqual([{ start: 3, end: 20 }]);
    expect(await passagesOf(sentence(PASSAGE_TOKENS, "w"))).toHaveLength(1);
  });

  test("a text of white space has no passage", async () => {
    expect(await passagesOf(" \n\t ")).toEqual([]);
    expect(await passagesOf("")).toEqual([]);
  });

  test("a passage ends with a sentence and the next begins with the last short one again", async () => {
    const sentences = Array.from({ length: 40 }, (_, at) => sentence(10, `S${at}w`));
    const text = sentences.join(" ");
    const passages = (await passagesOf(text)).map(({ start, end }) => text.slice(start, end));
    expect(passages.length).toBeGreaterThan(1);
    expect(passages.every((passage) => passage.endsWith("."))).toBe(true);
    expect(passages.slice(1).map(firstSentence)).toEqual(passages.slice(0, -1).map(lastSentence));
  });

  test("a passage ends with a paragraph when one ends in its second half; nothing is repeated then", async () => {
    const first = sentence(150, "First");
    const second = sentence(120, "Second");
    const text = `${first}\n\n${second}`;
    expect((await passagesOf(text)).map(({ start, end }) => text.slice(start, end))).toEqual([first, second]);
  });

  test("the title leaves less room, but never less than half", async () => {
    const text = Array.from({ length: 30 }, (_, at) => sentence(10, `S${at}w`)).join(" ");
    const longest = async (title: string) => {
      const spans = await passagesOf(text, { title, maxTokens: 102 });
      return Math.max(...spans.map(({ start, end }) => text.slice(start, end).split(" ").length));
    };
    expect(await longest("Short title")).toBeGreaterThan(60);
    expect(await longest(sentence(40, "title"))).toBeLessThanOrEqual(60);
    expect(await longest(sentence(400, "title"))).toBeGreaterThan(30);
  });

  test("only a sentence that alone exceeds the limit is cut, at a space", async () => {
    const text = sentence(600, "word");
    const passages = (await passagesOf(text)).map(({ start, end }) => text.slice(start, end));
    expect(passages.length).toBe(3);
    expect(passages.join(" ")).toBe(text);
  });

  test("covers everything, in order and within the limit", async () => {
    const word = fc.stringMatching(/^[a-zA-Zé😀]{1,9}$/u);
    const separator = fc.constantFrom(" ", " ", " ", ". ", ". ", "\n", "\n\n", "\r\n- ", "? ", " e.g. ");
    const texts = fc.array(fc.tuple(word, separator), { maxLength: 400 }).map((parts) => parts.flat().join(""));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 6, max: 40 }), async (text, maxTokens) => {
        await using embedder = new FakeEmbedder({ maxTokens });
        const passages = await splitPassages(text, { title: undefined, embedder });
        const counts = await embedder.countTokens(passages.map(({ start, end }) => text.slice(start, end)));
        for (const count of counts) expect(count).toBeLessThanOrEqual(maxTokens - 2);
        let covered = 0;
        for (const { start, end } of passages) {
          expect(text.slice(covered, Math.max(covered, start)).trim()).toBe("");
          expect(end).toBeGreaterThan(covered);
          covered = end;
        }
        expect(text.slice(covered).trim()).toBe("");
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [
      "4 MB of sentences",
      "The patient was given 5.2 mg b.i.d. of metformin. It helped, e.g. Dr. Smith said so. ".repeat(48_000),
    ],
    ["4 MB of short lines", "Fever\n".repeat(690_000)],
    ["1 MB without a space", "x".repeat(1_000_000)],
    ["1 MB of emoji", "😀".repeat(250_000)],
    ["1 MB in one sentence", "word ".repeat(200_000)],
    ["1 MB of full stops", ".".repeat(1_000_000)],
    ["1 MB of spaces", `${" ".repeat(1_000_000)}x`],
  ])("takes linear time: %s", async (_, text) => {
    const started = performance.now();
    const passages = await passagesOf(text);
    // Tenths of a second on two quiet cores; what grows with the square takes minutes.
    expect(performance.now() - started).toBeLessThan(25_000);
    expect(passages.length).toBeGreaterThan(0);
    const halfPair = passages.some(({ start, end }) => !text.slice(start, end).isWellFormed());
    expect(halfPair).toBe(false);
  });
});
