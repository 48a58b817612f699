import type { Task } from "@galen/server/client";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { announce } from "../state/announcement.ts";
import { api } from "../state/api.ts";
import { formatCountOf } from "../state/format.ts";
import { knownTasks } from "../state/known-tasks.ts";
import { isOver } from "../state/task-progress.ts";

/** Without live events a running task is asked for this often. */
const POLL_MS = 2_000;

/** All tasks as the server knows them: a reload, another tab or another machine sees the same. */
export function useTasks() {
  return useQuery({
    queryKey: ["tasks"],
    queryFn: async ({ signal, client, queryKey }) =>
      knownTasks(client.getQueryData<Task[]>(queryKey) ?? [], (await api.tasks.list({ signal })).tasks),
    refetchInterval: (query) => (query.state.data?.some((task) => !isOver(task)) ? POLL_MS : false),
  });
}

export function useRunningTasks(): number {
  const running = useTasks().data?.filter((task) => !isOver(task)).length ?? 0;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon) icon.href = running > 0 ? "/favicon-busy.svg" : "/favicon.svg";
  }, [running]);
  return running;
}

/** Follows a running task by its events; polling goes on beside it, so a cut stream only makes it slower. */
export function useTaskEvents(task: Task): void {
  const queries = useQueryClient();
  const { id } = task;
  const over = isOver(task);
  useEffect(() => {
    if (over) return undefined;
    const controller = new AbortController();
    void follow(id, queries, controller.signal);
    return () => controller.abort();
  }, [id, over, queries]);
}

export function putTask(queries: QueryClient, task: Task): void {
  queries.setQueryData<Task[]>(["tasks"], (tasks = []) =>
    tasks.some(({ id }) => id === task.id)
      ? tasks.map((known) => (known.id === task.id ? task : known))
      : [task, ...tasks],
  );
}

async function follow(id: string, queries: QueryClient, signal: AbortSignal): Promise<void> {
  try {
    for await (const task of api.tasks.events(id, { signal })) {
      putTask(queries, task);
      if (!isOver(task)) continue;
      announceEnd(task);
      await queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== "tasks" && queryKey[0] !== "about",
      });
      return;
    }
  } catch (error) {
    // The list is polled anyway and reports what is wrong with the server; nothing to add here.
    if (!signal.aborted && !(error instanceof Error)) throw error;
  }
}

function announceEnd({ name, state, report }: Task): void {
  const failed = report?.failed.length ?? 0;
  if (state === "done") announce(`${name} indexed${failed > 0 ? `, ${formatCountOf(failed, "record")} failed` : ""}`);
  else announce(`${name} ${state === "failed" ? "was not indexed" : "was cancelled"}`);
}
