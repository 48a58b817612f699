import { createReadStream, rmSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { createInterface } from "node:readline";
import { Database } from "@galen/db";
import { loadSentenceTransformer } from "/work/wt/db/packages/db/src/embedders/sentence-transformer.ts";
import { FakeEmbedder } from "/work/wt/db/testing/src/index.ts";
const fake = process.argv[3] === "fake";
const N = Number(process.argv[2] ?? 2000);
const docs: { id: string; title: string; text: string }[] = [];
for await (const line of createInterface({
  input: createReadStream("/work/shared/data/medquad.jsonl.gz").pipe(createGunzip()),
})) {
  const r = JSON.parse(line);
  if (r.answer?.trim())
    docs.push({
      id: String(r.id),
      title: r.question,
      text: r.answer,
      metadata: { source: r.source, qtype: r.qtype, focus: r.focus },
    } as never);
  if (docs.length >= N) break;
}
const rss = () => Math.round(process.memoryUsage().rss / 1e6);
console.log("docs", docs.length, "rss", rss());
rmSync("/tmp/gx/data", { recursive: true, force: true });
let encode = 0,
  active = 0,
  since = 0,
  queryMs: number[] = [];
const loadEmbedder = async (m?: string) => {
  const e = fake ? new FakeEmbedder({ dimension: 384 }) : await loadSentenceTransformer(m);
  return {
    model: e.model,
    dimension: e.dimension,
    maxTokens: e.maxTokens,
    countTokens: (t: any) => e.countTokens(t),
    embedDocuments: async (t: any, o: any) => {
      if (active++ === 0) since = performance.now();
      try {
        return await e.embedDocuments(t, o);
      } finally {
        if (--active === 0) encode += performance.now() - since;
      }
    },
    embedQuery: async (t: string, o: any) => {
      const s = performance.now();
      const v = await e.embedQuery(t, o);
      queryMs.push(performance.now() - s);
      return v;
    },
    [Symbol.asyncDispose]: () => e[Symbol.asyncDispose](),
  };
};
let db = await Database.open("/tmp/gx/data", { loadEmbedder });
let c = await db.createCollection({ name: "m", fields: { source: "string" } });
console.log("loaded rss", rss());
let peak = 0;
const timer = setInterval(() => {
  peak = Math.max(peak, rss());
}, 50);
let t0 = performance.now();
for (let i = 0; i < docs.length; i += 1000) await c.upsert(docs.slice(i, i + 1000));
const ms = performance.now() - t0;
console.log(
  `index ${docs.length} in ${(ms / 1000).toFixed(1)}s = ${((docs.length / ms) * 1000).toFixed(1)} docs/s; encode ${(encode / 1000).toFixed(1)}s; not encoding ${((100 * (ms - encode)) / ms).toFixed(1)}%; rss ${rss()} peak ${peak}`,
);
t0 = performance.now();
await db[Symbol.asyncDispose]();
console.log("close", (performance.now() - t0).toFixed(0));
t0 = performance.now();
db = await Database.open("/tmp/gx/data", { loadEmbedder });
c = await db.collection("m");
await c.embedder();
console.log("reopen", (performance.now() - t0).toFixed(0), rss());
console.log(JSON.stringify(await c.info()));
const queries = docs.filter((_, i) => i % Math.ceil(docs.length / 200) === 0).map((d) => d.title);
for (const round of [1, 2])
  for (const mode of ["hybrid", "dense", "keyword"] as const) {
    const ts: number[] = [];
    queryMs = [];
    let top = 0;
    const stages: Record<string, number[]> = {};
    for (const [i, q] of queries.entries()) {
      const s = performance.now();
      const r = await c.search({ query: q, mode, explain: true });
      ts.push(performance.now() - s);
      for (const [k, v] of Object.entries(r.timings_ms!)) (stages[k] ??= []).push(v);
      if (r.hits[0]?.title === q) top++;
    }
    ts.sort((a, b) => a - b);
    queryMs.sort((a, b) => a - b);
    console.log(
      mode,
      "p50",
      ts[ts.length >> 1]!.toFixed(2),
      "p95",
      ts[Math.floor(ts.length * 0.95)]!.toFixed(2),
      "embed p50",
      queryMs[queryMs.length >> 1]?.toFixed(2),
      "top1",
      top,
      "/",
      queries.length,
      "rss",
      rss(),
      JSON.stringify(
        Object.fromEntries(
          Object.entries(stages).map(([k, v]) => [k, +v.sort((a, b) => a - b)[v.length >> 1]!.toFixed(2)]),
        ),
      ),
    );
  }
const fs: number[] = [];
for (const q of queries.slice(0, 50)) {
  const s = performance.now();
  await c.search({ query: q, filter: { source: docs[5]!.metadata.source } as never });
  fs.push(performance.now() - s);
}
fs.sort((a, b) => a - b);
console.log("filtered hybrid p50", fs[25]!.toFixed(2));
t0 = performance.now();
console.log(JSON.stringify(await db.verify()), (performance.now() - t0).toFixed(0));
console.log("peak", peak);
clearInterval(timer);
await db[Symbol.asyncDispose]();
