import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Collection, Database } from "@galen/db";
import type { Filter } from "@galen/db/schemas";
import { answer, ingest, openDatabase } from "@galen/rag";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Question {
  readonly question: string;
  readonly expected: readonly string[];
  readonly filter?: Filter;
}

const folder = new URL("../../examples/demo-collection/", import.meta.url);
const questions = readFileSync(new URL("questions.jsonl", folder), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Question);
const answerable = questions.filter(({ expected }) => expected.length > 0);

describe("the demo collection with the built-in model", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let database: Database;
  let collection: Collection;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    database = await openDatabase(directory.path);
    const fields = { kind: "string", audience: "string", topic: "string", last_reviewed: "date" } as const;
    collection = await database.createCollection({ name: "demo", fields });
    await ingest(collection, [fileURLToPath(new URL("passages.jsonl", folder))]);
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });

  it("is indexed whole", async () => {
    expect(await collection.count()).toBe(235);
  });

  it("finds the expected passage first for nine questions in ten, and among three for all", async () => {
    const ranks = await Promise.all(answerable.map(rankOfExpected));
    const missed = answerable.filter((_, index) => (ranks[index] ?? 99) > 3).map(({ question }) => question);
    expect(missed).toEqual([]);
    expect(ranks.filter((rank) => rank === 1).length / ranks.length).toBeGreaterThanOrEqual(0.9);
  });

  it("answers at least three in four of them, with quotes that are exact slices of the documents", async () => {
    const declined: string[] = [];
    for (const { question, filter } of answerable) {
      const result = await answer(collection, { question, ...(filter !== undefined && { filter }) });
      if (result.declined) {
        declined.push(question);
        continue;
      }
      expect(result.citations.length, question).toBeGreaterThan(0);
      for (const { document_id, start, end, quote } of result.citations) {
        const document = await collection.get(document_id);
        expect(document?.text.slice(start, end)).toBe(quote);
        expect(result.answer).toContain(quote);
      }
    }
    // It rather declines than guesses: questions that name their subject in other words than the passage ("painkiller", "toddler").
    expect(declined.length, declined.join(" | ")).toBeLessThanOrEqual(answerable.length / 4);
  });

  it("declines what the collection does not answer", async () => {
    for (const { question } of questions.filter(({ expected }) => expected.length === 0)) {
      const result = await answer(collection, { question });
      expect(result.declined, question).toBe(true);
      expect(result.answer).toBe("");
    }
  });

  async function rankOfExpected({ question, expected, filter }: Question): Promise<number> {
    const { hits } = await collection.search({ query: question, limit: 10, ...(filter !== undefined && { filter }) });
    const index = hits.findIndex(({ id }) => expected.includes(id));
    return index === -1 ? 99 : index + 1;
  }
});
