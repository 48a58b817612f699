// `node galen.ts fp32|int8`: Galen as a contestant.
import { modelPrecisions, SentenceTransformer } from "@galen/core";
import { serve } from "./serve.ts";

const precision = modelPrecisions.find((name) => name === process.argv[2]);
if (precision === undefined) throw new Error(`name a precision: ${modelPrecisions.join(" or ")}`);

// One thread a worker is what Galen does by itself; the number of workers is said so that machines with more cores agree.
await serve(async ({ model, threads }) => {
  const transformer = await SentenceTransformer.load(model, { workers: threads, threads: 1, precision });
  return { versions: { galen: transformer.model }, encode: (texts) => transformer.encode(texts) };
});
