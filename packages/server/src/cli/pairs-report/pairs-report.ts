import { PairsEvaluation } from "@galen/core";
import { z } from "zod";
import { writeReport } from "../report-folder.ts";
import { pairsPage } from "./pairs-page.ts";
import { scorePlot } from "./score-plot.ts";

/** What `--report` writes as evaluation.json, and all that the page and the plot are made of. */
export const PairsReport = z.object({
  date: z.iso.datetime(),
  /** Name of the dataset's file, and the two fields. */
  file: z.string(),
  a: z.string(),
  b: z.string(),
  evaluation: PairsEvaluation,
});
export type PairsReport = z.infer<typeof PairsReport>;

export interface ReportOptions {
  readonly folder: string;
  readonly file: string;
  readonly a: string;
  readonly b: string;
}

/**
 * Writes evaluation.json, evaluation.md and images/evaluation.svg into a folder, over those of an earlier run.
 *
 * @returns the path of the page
 * @throws ServerError `output_not_writable`
 */
export async function writePairsReport(
  evaluation: PairsEvaluation,
  { folder, ...names }: ReportOptions,
): Promise<string> {
  const report: PairsReport = { date: new Date().toISOString(), ...names, evaluation };
  return writeReport(folder, {
    name: "evaluation",
    data: report,
    image: scorePlot(evaluation),
    page: pairsPage(report),
  });
}
