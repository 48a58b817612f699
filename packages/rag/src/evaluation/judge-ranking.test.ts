import { expect, test } from "vitest";
import { judgeRanking, RANKING_LIMIT } from "./judge-ranking.ts";

test("the query's own document does not count, and what it displaces is asked for", () => {
  const others = Array.from({ length: RANKING_LIMIT - 2 }, (_, at) => `d${at}`);
  const metrics = judgeRanking({ id: "q", judgments: new Map([["last", 1]]) }, ["q", ...others, "last"]);
  expect(metrics).toMatchObject({ "recall@10": 0, "recall@100": 1, map: 1 / 100 });
});

test("nothing beyond the hundredth counts", () => {
  const others = Array.from({ length: RANKING_LIMIT - 1 }, (_, at) => `d${at}`);
  const metrics = judgeRanking({ id: "q", judgments: new Map([["last", 1]]) }, [...others, "last"]);
  expect(metrics).toMatchObject({ "recall@100": 0, map: 0 });
});
