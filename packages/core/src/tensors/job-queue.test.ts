import * as fc from "fast-check";
import { expect, test } from "vitest";

import { JobQueue, priorities } from "./job-queue.ts";

test("queries go before documents, each in the order of arrival", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...priorities)), (arrivals) => {
      const queue = new JobQueue<{ priority: string; index: number }>();
      const jobs = arrivals.map((priority, index) => ({ priority, index }));
      for (const [index, job] of jobs.entries()) queue.push(job, arrivals[index] ?? "document");
      const expected = priorities.flatMap((priority) => jobs.filter((job) => job.priority === priority));
      expect(Array.from(jobs, () => queue.shift())).toEqual(expected);
      expect([queue.shift(), queue.size]).toEqual([undefined, 0]);
    }),
  );
});

test("a job can be taken out once, and all at the end", () => {
  const queue = new JobQueue<{ name: string }>();
  const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
  queue.push(a, "document");
  queue.push(b, "document");
  queue.push(c, "query");
  expect([queue.remove(b), queue.remove(b), queue.size]).toEqual([true, false, 2]);
  expect([queue.drain(), queue.size]).toEqual([[c, a], 0]);
});
