// `node galen.ts fp32|int8`: Galen as a contestant.
import { SentenceTransformer } from "@galen/core";
import { serve } from "./serve.ts";

const precision = process.argv[2];

await serve(async ({ model, threads }) => {
  const transformer = await SentenceTransformer.load(model, loadOptions(threads));
  if (precision === "int8" && !transformer.model.endsWith(":int8"))
    throw new Error("this version of Galen does not compute in int8");
  return { versions: { galen: transformer.model }, encode: (texts) => transformer.encode(texts) };
});

// One thread a worker is what Galen does by itself; the number of workers is said so that machines with more cores agree.
function loadOptions(threads: number) {
  return { workers: threads, threads: 1, ...(precision === "int8" && { precision }) };
}
