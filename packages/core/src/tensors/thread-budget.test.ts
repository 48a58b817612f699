import { expect, test } from "vitest";

import { threadBudget } from "./thread-budget.ts";

test.each([
  [1, {}, { workers: 1, threads: 1 }],
  [2, {}, { workers: 2, threads: 1 }],
  [8, {}, { workers: 4, threads: 2 }],
  [2, { workers: 1 }, { workers: 1, threads: 2 }],
  [8, { threads: 4 }, { workers: 2, threads: 4 }],
  [2, { threads: 8 }, { workers: 1, threads: 8 }],
  [2, { workers: 3, threads: 2 }, { workers: 3, threads: 2 }],
  [1, { workers: 4 }, { workers: 4, threads: 1 }],
])("%d cores and the wish %j", (cores, wish, shares) => {
  expect(threadBudget(wish, cores)).toEqual(shares);
});
