import { cpus } from "node:os";
import { RetrievalEvaluation } from "@galen/rag";
import { z } from "zod";
import { writeReport } from "../report-folder.ts";
import { retrievalPage } from "./retrieval-page.ts";
import { retrievalPlot } from "./retrieval-plot.ts";

/** What `--report` writes as retrieval.json, and all that the page and the plot are made of. */
export const RetrievalReport = z.object({
  date: z.iso.datetime(),
  machine: z.object({ cpu: z.string(), cores: z.int(), node: z.string() }),
  evaluation: RetrievalEvaluation,
});
export type RetrievalReport = z.infer<typeof RetrievalReport>;

/**
 * Writes retrieval.json, retrieval.md and images/retrieval.svg into a folder, over those of an earlier run.
 *
 * @returns the path of the page
 * @throws ServerError `output_not_writable`
 */
export async function writeRetrievalReport(
  evaluation: RetrievalEvaluation,
  { folder }: { readonly folder: string },
): Promise<string> {
  const machine = { cpu: cpus()[0]?.model.trim() ?? "unknown", cores: cpus().length, node: process.versions.node };
  const report: RetrievalReport = { date: new Date().toISOString(), machine, evaluation };
  return writeReport(folder, {
    name: "retrieval",
    data: report,
    image: retrievalPlot(evaluation),
    page: retrievalPage(report),
  });
}
