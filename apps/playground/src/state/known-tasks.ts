import type { Task } from "@galen/server/client";
import { isOver } from "./task-progress.ts";

/** The server forgets its tasks when it stops. One that was under way is told as failed instead of vanishing. */
export function knownTasks(before: readonly Task[], now: readonly Task[]): Task[] {
  const ids = new Set(now.map(({ id }) => id));
  const lost = before.filter((task) => !ids.has(task.id) && (!isOver(task) || task.problem?.code === LOST));
  return [...now, ...lost.map(lostTask)];
}

const LOST = "task_lost";

function lostTask(task: Task): Task {
  return {
    ...task,
    state: "failed",
    problem: {
      type: "about:blank",
      title: "The task was lost",
      status: 0,
      code: LOST,
      detail: "the server stopped before it was done. What was indexed until then stays searchable.",
      hint: "Add the file again: unchanged records are not embedded twice.",
      instance: "",
      request_id: "",
    },
  };
}
