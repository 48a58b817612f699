import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { retrievalPage } from "./retrieval-page.ts";
import { retrievalPlot } from "./retrieval-plot.ts";
import { RetrievalReport } from "./retrieval-report.ts";

const read = (name: string) => readFile(new URL(`../../../../../docs/${name}`, import.meta.url), "utf8");

test("docs/retrieval.md is what the command writes of retrieval.json", async () => {
  const committed = RetrievalReport.parse(JSON.parse(await read("retrieval.json")));
  expect(await read("retrieval.md")).toBe(retrievalPage(committed));
  expect(await read("images/retrieval.svg")).toBe(retrievalPlot(committed.evaluation));
});

test("foreign names do not become markup", async () => {
  const committed = RetrievalReport.parse(JSON.parse(await read("retrieval.json")));
  const evaluation = { ...committed.evaluation, dataset: "<script>|*x*", model: "[a](b)" };
  expect(retrievalPage({ ...committed, evaluation })).toContain("\\[a\\](b) on \\<script\\>\\|\\*x\\*");
  expect(retrievalPlot(evaluation)).not.toContain("<script>");
});
