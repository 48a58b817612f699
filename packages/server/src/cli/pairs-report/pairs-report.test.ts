import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DOCS_FOLDER } from "../../docs/documents.ts";
import { pairsPage } from "./pairs-page.ts";
import { PairsReport } from "./pairs-report.ts";
import { publishedColumn } from "./published.ts";
import { scorePlot } from "./score-plot.ts";
import { escapeXml } from "../svg.ts";

const read = (name: string) => readFile(new URL(name, DOCS_FOLDER), "utf8");
const committed = PairsReport.parse(JSON.parse(await read("evaluation.json")));

describe("docs/evaluation.md", () => {
  it("holds the figures of the committed result", async () => {
    expect(await read("evaluation.md")).toBe(pairsPage(committed));
    expect(await read("images/evaluation.svg")).toBe(scorePlot(committed.evaluation));
  });

  it("finds MiniLM at the 90.40 that the card publishes for PubMed QA, within the spread of the shuffle", () => {
    const { pairs, model, pearson } = committed.evaluation;
    expect([pairs, model.split("@")[0]]).toEqual([1_000, "sentence-transformers/all-MiniLM-L6-v2"]);
    expect(Math.abs(pearson.mean - 90.4)).toBeLessThan(pearson.deviation ?? 0);
    expect(pairsPage(committed)).toContain(
      "| all-MiniLM-L6-v2 | 90.40 | 95.86 | 94.07 | published, not measured here |",
    );
  });
});

describe("a report", () => {
  it("puts the measured figure below the published dataset of the same name, and in a column of its own otherwise", () => {
    expect(["pubmedqa", "PubMed_QA", "pubmed-summary", "drugs"].map(publishedColumn)).toEqual([0, 0, 2, undefined]);
    const own = pairsPage(named("drugs", "m@1"));
    expect(own).toContain("| model | drugs | PubMed QA | PubMed Subset | PubMed Summary | figures |");
    expect(own).toContain("cannot be compared with the measured figure");
  });

  it("shows foreign names as text, in Markdown and in XML", () => {
    const report = named("a|b<script>alert(1)</script>", "m</title><script>`x`@1");
    expect(pairsPage(report)).not.toMatch(/(?<!\\)<script>/);
    expect(pairsPage(report)).toContain(String.raw`a\|b\<script\>`);
    expect(scorePlot(report.evaluation)).not.toContain("<script>");
  });

  it("leaves nothing in text that XML would take for markup or refuse", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>"]|&(?!(?:amp|lt|gt|quot);)/);
        // oxlint-disable-next-line no-control-regex -- these are what XML 1.0 does not allow
        expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(escaped.isWellFormed()).toBe(true);
      }),
    );
  });

  it("draws every bin that holds something, whatever the scores", () => {
    const counts = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(counts, (counts) => {
        const histogram = committed.evaluation.histogram.map(({ from, to }, bin) => {
          const [matching = 0, shuffled = 0] = counts[bin] ?? [];
          return { from, to, matching, shuffled };
        });
        const plot = scorePlot({ ...committed.evaluation, histogram });
        expect(plot).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });
});

function named(dataset: string, model: string): PairsReport {
  return { ...committed, evaluation: { ...committed.evaluation, dataset, model } };
}
