import type { Task } from "@galen/server/client";

/** An estimate earlier than this is a guess. */
const MIN_ELAPSED_MS = 5_000;
const MIN_RATIO = 0.02;

/** Done share between 0 and 1, by records where their number is known, else by bytes; undefined when neither is. */
export function progressRatio({
  documents,
  failed,
  total,
  bytesRead,
  bytesTotal,
}: Task["progress"]): number | undefined {
  const ratio =
    total !== undefined && total > 0
      ? (documents + failed) / total
      : bytesTotal > 0
        ? bytesRead / bytesTotal
        : undefined;
  return ratio === undefined ? undefined : Math.min(1, ratio);
}

/** Documents a second since the task began. */
export function documentRate({ documents, elapsedMs }: Task["progress"]): number | undefined {
  return elapsedMs > 0 && documents > 0 ? (documents * 1000) / elapsedMs : undefined;
}

export function secondsLeft(progress: Task["progress"]): number | undefined {
  const ratio = progressRatio(progress);
  if (ratio === undefined || ratio < MIN_RATIO || progress.elapsedMs < MIN_ELAPSED_MS) return undefined;
  return (progress.elapsedMs / 1000) * (1 / ratio - 1);
}

export function isOver(task: Task): boolean {
  return task.state === "done" || task.state === "failed" || task.state === "cancelled";
}
