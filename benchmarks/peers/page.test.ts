import { expect, test } from "vitest";
import { peersSection } from "./page.ts";
import { peersPlot } from "./plot.ts";
import { printResults } from "./print.ts";
import { PeersResults } from "./results.ts";

const metrics = { "ndcg@10": 0.7, "recall@10": 0.8, "recall@100": 0.9, "mrr@10": 0.65, map: 0.64 };
const one = { median: 10, rounds: [9, 10, 11] };
const times = { median: 2, least: 1.8, most: 2.2, rounds: [1.8, 2, 2.2] };
const search = { mode: "dense", index: "default", metrics, p50_ms: one, p95_ms: { median: 20, rounds: [20, 20, 20] } };
const index = { seconds: 100, documents_per_second: 51.8, vectors: 11_367, disk_mb: 30, peak_rss_mb: 500 };

const results = PeersResults.parse({
  benchmark: "peers",
  date: "2026-11-27T12:00:00.000Z",
  machine: {
    cpu: "CPU",
    cores: 2,
    memory_gb: 24,
    instructions: ["avx2"],
    os: "linux",
    node: "24.0.0",
    load_average_before: [0.1, 0.2, 0.3],
    cores_used: 2,
    pinned: false,
  },
  seconds: 1234,
  corpus: { name: "scifact", documents: 5183, queries: 300, limited: false },
  weights: "float32",
  rounds: 3,
  contestants: [
    {
      name: "galen-fp32",
      title: "Galen fp32",
      versions: { galen: "model" },
      max_tokens: 256,
      index: { ...index, vector_index: "flat", taken_by_others_percent: 1, times: 1.5 },
      searches: [{ ...search, times }],
      peak_rss_mb: 600,
      taken_by_others_percent: 2,
    },
    {
      name: "txtai",
      title: "txtai",
      versions: { python: "3.11.7", txtai: "9.14.0" },
      max_tokens: 512,
      index: { ...index, vector_index: "IVF132,Flat", taken_by_others_percent: 1, times: null },
      searches: [
        { ...search, times: null },
        { ...search, index: "flat", times },
      ],
      peak_rss_mb: 1200,
      taken_by_others_percent: 2,
    },
  ],
  skipped: [{ name: "galen-int8", reason: "not here" }],
});

test("the page says who has which figures, and under which conditions", () => {
  const page = peersSection(results);
  expect(page).toContain("| Galen fp32 | 100.0 | 51.8 | 1.50 | 1 % | 11,367 | 30.0 | 500 / 600 |");
  expect(page).toContain("| dense: Galen fp32 | 0.7000 | 0.8000 | 0.9000 | 10.0 | 20.0 | 2 (1.8–2.2) |");
  expect(page).toContain("| dense: txtai, flat index | 0.7000 |");
  expect(page).toContain("`IVF132,Flat`");
  expect(page).toContain("Versions: python 3.11.7, txtai 9.14.0.");
  expect(page).toContain("Left out: galen-int8 (not here).");
  expect(page).not.toContain("took up to");
});

test("the page says so when other programs took the processors, or only a part was indexed", () => {
  const [first, ...others] = results.contestants;
  if (first === undefined) throw new Error("nobody took part");
  const busy = { ...first, taken_by_others_percent: 40 };
  expect(peersSection({ ...results, contestants: [busy, ...others] })).toContain("took up to 40 % of the processors");
  const part = { ...results, corpus: { ...results.corpus, limited: true } };
  expect(peersSection(part)).toContain("a part of scifact");
  expect(printResults(part)).toContain("5,183 documents (limited), 300 queries");
});

test("the picture has quality and time of each mode", () => {
  const plot = peersPlot(results);
  expect(plot).toContain(">dense search: nDCG@10</text>");
  expect(plot).toContain("dense search: p50, ms: Galen fp32 10.0; txtai 10.0; txtai, flat index 10.0.");
});
