import { expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { watchWorkers } from "./testing/watch-workers.ts";

// A cycle takes a tenth of a second. GALEN_LOAD_CYCLES=1000 runs the long form.
const CYCLES = Number(process.env["GALEN_LOAD_CYCLES"] ?? 60);
// V8 and glibc take memory in steps of many megabytes at their own times, so what counts is the stretch of cycles that grew
// least: a leak grows in every one. A thread that stays behind holds 5 MB at the least, a session of this model 1 MB.
const STRETCHES = 6;
const MOST_GROWTH_MB = 0.5; // of a cycle

const workers = watchWorkers();

test(
  `${CYCLES} models that are loaded, used and disposed leave neither threads nor memory`,
  async () => {
    const stretch = Math.floor(CYCLES / STRETCHES);
    const sizes: number[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
      const call = model.encode(["the cat", "a dog sat on the mat"]);
      // Every other one is disposed while it is busy.
      if (cycle % 2 === 0) await call;
      const outcome = Promise.allSettled([call]);
      await model[Symbol.asyncDispose]();
      await outcome;
      expect(workers.alive.size).toBe(0);
      if ((cycle + 1) % stretch === 0) sizes.push(process.memoryUsage.rss() / 2 ** 20);
    }
    expect(workers.started).toBe(CYCLES);
    const growths = sizes.slice(1).map((size, index) => (size - (sizes[index] ?? size)) / stretch);
    expect(growths).toHaveLength(STRETCHES - 1);
    expect(Math.min(...growths)).toBeLessThan(MOST_GROWTH_MB);
  },
  CYCLES * 1000,
);
