import type { CalibratedRanges, Precision } from "@galen/core";
import type { Terminal } from "./terminal.ts";
import { count, counted, perSecond, seconds } from "./text.ts";
import { needsRanges } from "./vector-writer.ts";

/** sentence-transformers warns below: components outside the ranges of so few vectors are common, and are clipped. */
const ENOUGH_CALIBRATION = 100;
const MAX_LISTED_LINES = 5;

/** What `galen embed` has done. */
export interface EmbedResult {
  readonly done: number;
  readonly dimension: number;
  readonly maxSeqLength: number;
  /** Lines whose text was cut off. */
  readonly truncated: readonly number[];
  readonly calibrated: CalibratedRanges | undefined;
  readonly took: number;
}

interface Asked {
  readonly output?: string;
  readonly quantize: Precision;
  readonly calibration?: string;
}

/** What the reader of the vectors should know, on stderr. */
export function printSummary(result: EmbedResult, { output, quantize, calibration }: Asked, terminal: Terminal): void {
  const { done, dimension, truncated, maxSeqLength, calibrated, took } = result;
  const where = output === undefined ? "" : ` to ${output}`;
  const how = quantize === "float32" ? "" : `, stored as ${quantize}`;
  const warn = (text: string): void => terminal.err(`${terminal.style("yellow", "!")} ${text}\n`);
  if (truncated.length > 0)
    warn(
      `${counted(truncated.length, "text")} had more than ${count(maxSeqLength)} tokens and lost the end: ${listed(truncated)}`,
    );
  if (calibrated !== undefined && calibrated.rows < ENOUGH_CALIBRATION)
    warn(
      `ranges of ${calibrated.rows} texts only: what lies outside is clipped; calibrate with ${ENOUGH_CALIBRATION} or more`,
    );
  if (needsRanges(quantize) && calibration === undefined)
    warn("ranges of these very texts: vectors of another run are comparable only with the same --calibration file");
  terminal.err(
    `Embedded ${counted(done, "text")} as ${dimension} numbers each${how}${where} in ${seconds(took)}: ${perSecond(done / took)} texts/s\n`,
  );
}

function listed(lines: readonly number[]): string {
  const shown = lines.slice(0, MAX_LISTED_LINES).map(count).join(", ");
  const more = lines.length - MAX_LISTED_LINES;
  return `line${lines.length === 1 ? "" : "s"} ${shown}${more > 0 ? ` and ${count(more)} more` : ""}`;
}
