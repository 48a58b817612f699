import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PairsEvaluation } from "@galen/core";
import { z } from "zod";
import { ServerError } from "../../errors.ts";
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
  const page = join(folder, "evaluation.md");
  try {
    await mkdir(join(folder, "images"), { recursive: true });
    await writeFile(join(folder, "evaluation.json"), `${JSON.stringify(report, undefined, 2)}\n`);
    await writeFile(join(folder, "images", "evaluation.svg"), scorePlot(evaluation));
    await writeFile(page, pairsPage(report));
  } catch (cause) {
    throw new ServerError("output_not_writable", `the report cannot be written to ${folder}`, {
      cause,
      details: { folder },
      hint: "Name a folder that can be written with --report.",
    });
  }
  return page;
}
