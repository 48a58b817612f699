import { expect, test } from "vitest";
import { limited } from "./corpus.ts";
import type { Corpus } from "./corpus.ts";

const corpus: Corpus = {
  name: "set",
  documents: ["d1", "d2", "d3", "d4"].map((id) => ({ id, title: undefined, text: id })),
  queries: [
    { id: "q1", text: "one", judgments: new Map([["d4", 1]]) },
    { id: "q2", text: "two", judgments: new Map([["d2", 0]]) },
    {
      id: "q3",
      text: "three",
      judgments: new Map([
        ["d3", 1],
        ["missing", 1],
      ]),
    },
  ],
  limited: false,
};

test("no more documents than that: relevant ones first, and the queries that they answer", () => {
  const three = limited(corpus, 3);
  expect(three.documents.map(({ id }) => id)).toEqual(["d3", "d4", "d1"]);
  expect(three.queries.map(({ id }) => id)).toEqual(["q1", "q3"]);
  expect(three.limited).toBe(true);
  expect(limited(corpus, 1).queries.map(({ id }) => id)).toEqual(["q3"]);
});

test("a folder that has no more stays as it is", () => {
  expect(limited(corpus, 4)).toBe(corpus);
});
