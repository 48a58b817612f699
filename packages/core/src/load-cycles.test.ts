import { expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { watchWorkers } from "./testing/watch-workers.ts";

// A cycle takes a tenth of a second. GALEN_LOAD_CYCLES=1000 runs the long form.
const CYCLES = Number(process.env["GALEN_LOAD_CYCLES"] ?? 60);
// A thread that stays behind holds 5 MB at the least, a session of this model 1 MB.
const MOST_GROWTH_MB = 40;

const workers = watchWorkers();

test(
  `${CYCLES} models that are loaded, used and disposed leave neither threads nor memory`,
  async () => {
    let atFirst = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
      const call = model.encode(["the cat", "a dog sat on the mat"]);
      // Every other one is disposed while it is busy.
      if (cycle % 2 === 0) await call;
      const outcome = Promise.allSettled([call]);
      await model[Symbol.asyncDispose]();
      await outcome;
      expect(workers.alive.size).toBe(0);
      if (cycle === Math.floor(CYCLES / 4)) atFirst = process.memoryUsage.rss();
    }
    expect(workers.started).toBe(CYCLES);
    expect((process.memoryUsage.rss() - atFirst) / 2 ** 20).toBeLessThan(MOST_GROWTH_MB);
  },
  CYCLES * 1000,
);
