// From files to a cited answer, through the library alone.
import { fileURLToPath } from "node:url";
import { answer, ingest, openDatabase } from "@galen/rag";

const passages = fileURLToPath(new URL("demo-collection/passages.jsonl", import.meta.url));

await using database = await openDatabase(process.argv[2] ?? "galen-data/example");
const collection = (await database.hasCollection("demo"))
  ? await database.collection("demo")
  : await database.createCollection({ name: "demo", fields: { kind: "string", last_reviewed: "date" } });
await ingest(collection, [passages]);

const { hits } = await collection.search({
  query: "painkiller and high blood pressure",
  filter: { kind: "drug", last_reviewed: { gte: "2025-01-01" } },
  limit: 3,
});
for (const hit of hits) console.log(hit.score.toFixed(3), hit.id, "·", hit.title);

const result = await answer(collection, { question: "When is metformin stopped in kidney disease?" });
console.log(`\n${result.answer}\n`);
for (const { marker, document_id, start, end, quote } of result.citations)
  console.log(`[${marker}] ${document_id} ${start}–${end}: “${quote}”`);
console.log(`\n${result.notice}`);
