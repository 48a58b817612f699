import type { Task } from "@galen/server/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../state/api.ts";
import { formatAgo, formatBytes, formatCount, formatCountOf, formatRate, formatSeconds } from "../state/format.ts";
import { formatRoute } from "../state/route.ts";
import { documentRate, isOver, progressRatio, secondsLeft } from "../state/task-progress.ts";
import { Button } from "../ui/button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import { ProblemMessage } from "../ui/message.tsx";
import styles from "./ingest.module.css";
import { useTaskEvents } from "./use-tasks.ts";

const stateWords: Record<Task["state"], string> = {
  queued: "waiting",
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
};

export function TaskItem({ task, withCollection = false }: { task: Task; withCollection?: boolean }) {
  useTaskEvents(task);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.tasks.cancel(task.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tasks"] }),
  });
  return (
    <li className={styles.task} data-task={task.id} data-state={task.state}>
      <div className={styles.head}>
        <span className={styles.state} data-state={task.state}>
          {stateWords[task.state]}
        </span>
        <Foreign className={styles.name}>{task.name}</Foreign>
        {withCollection && (
          <a href={formatRoute({ page: "add", collection: task.collection })}>
            <Foreign>{task.collection}</Foreign>
          </a>
        )}
        <time dateTime={task.created_at} className={styles.time}>
          {formatAgo(task.created_at)}
        </time>
        {!isOver(task) && (
          <Button kind="quiet" onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            Cancel
          </Button>
        )}
      </div>
      {isOver(task) ? <Outcome task={task} /> : <Progress name={task.name} progress={task.progress} />}
      {cancel.error && <ProblemMessage error={cancel.error} what="The task was not cancelled." />}
    </li>
  );
}

function Progress({ name, progress }: { name: string; progress: Task["progress"] }) {
  const ratio = progressRatio(progress);
  const rate = documentRate(progress);
  const left = secondsLeft(progress);
  const done =
    progress.total === undefined
      ? formatCountOf(progress.documents, "document")
      : `${formatCount(progress.documents)} of ${formatCountOf(progress.total, "document")}`;
  return (
    <>
      <progress className={styles.progress} aria-label={`Progress of ${name}`} max={1} value={ratio} />
      <p className={styles.figures}>
        <span>
          {ratio !== undefined && `${Math.floor(ratio * 100)} % · `}
          {done} · {formatCountOf(progress.passages, "passage")}
        </span>
        {rate !== undefined && <span>{formatRate(rate)} documents/s</span>}
        {left !== undefined && <span>{formatSeconds(left)} left</span>}
        {progress.failed > 0 && <span className={styles.bad}>{formatCount(progress.failed)} failed</span>}
      </p>
    </>
  );
}

function Outcome({ task }: { task: Task }) {
  const { report, problem, progress } = task;
  return (
    <>
      {problem && (
        <p>
          <span className={styles.bad}>
            <Foreign>{task.name}</Foreign> was not added:
          </span>{" "}
          <Foreign>{problem.detail}</Foreign> <code>{problem.code}</code>{" "}
          {problem.hint && <Foreign>{problem.hint}</Foreign>}
        </p>
      )}
      {task.state === "cancelled" && (
        <p>{formatCountOf(progress.documents, "document")} were indexed before; they stay searchable.</p>
      )}
      {report && (
        <p className={styles.figures}>
          <span>{formatCountOf(report.documents, "document")}</span>
          <span>{formatCount(report.added)} new</span>
          {(report.changed ?? 0) > 0 && <span>{formatCount(report.changed ?? 0)} changed</span>}
          {report.unchanged > 0 && <span>{formatCount(report.unchanged)} unchanged, not embedded again</span>}
          {report.removed > 0 && <span>{formatCount(report.removed)} removed</span>}
          <span>{formatCountOf(report.passages, "passage")}</span>
          <span>
            {formatSeconds(report.seconds)}, {formatRate(report.docs_per_second)} documents/s
          </span>
          {progress.bytesTotal > 0 && <span>{formatBytes(progress.bytesTotal)}</span>}
        </p>
      )}
      {report && report.failed.length > 0 && <Failures {...report} />}
    </>
  );
}

/** More rows than this are for the command line, not for reading. */
const MAX_FAILURES = 100;

function Failures({ failed, failed_total: total, documents }: NonNullable<Task["report"]>) {
  return (
    <details className={styles.failures} open={failed.length <= 5}>
      <summary>
        {formatCountOf(total, "record")} failed; the other {formatCountOf(documents, "document")} are searchable
      </summary>
      <ul>
        {failed.slice(0, MAX_FAILURES).map((failure, index) => (
          <li key={index}>
            <Foreign>
              {[failure.source, failure.line !== undefined && `line ${failure.line}`].filter(Boolean).join(" ")}
            </Foreign>{" "}
            <code>{failure.code}</code> <Foreign>{failure.message}</Foreign>
          </li>
        ))}
      </ul>
      {total > MAX_FAILURES && <p>and {formatCount(total - MAX_FAILURES)} more</p>}
    </details>
  );
}
