// The model card's first snippet (txtai): an embeddings database over documents, then a query.
import { readFile } from "node:fs/promises";
import { Embeddings } from "@galen/db";
import { availableModel } from "./model.ts";

await using embeddings = new Embeddings({
  path: await availableModel("neuml/pubmedbert-base-embeddings"),
  content: true,
});
await embeddings.index(await documents());

// Run a query
console.log(await embeddings.search("when is metformin stopped in kidney disease"));

async function documents() {
  const lines = await readFile(new URL("demo-collection/passages.jsonl", import.meta.url), "utf8");
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; text: string });
}
