import type { Task } from "@galen/server/client";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { announce } from "../state/announcement.ts";
import { api } from "../state/api.ts";
import { formatCountOf } from "../state/format.ts";
import { knownTasks } from "../state/known-tasks.ts";
import { isOver } from "../state/task-progress.ts";

/** Without live events a task that is not over is asked for this often. */
const POLL_MS = 2_000;

const none: readonly Task[] = [];

/** All tasks as the server knows them: a reload, another tab or another machine sees the same. */
export function useTasks() {
  return useQuery({
    queryKey: ["tasks"],
    queryFn: async ({ signal, client, queryKey }) =>
      knownTasks(client.getQueryData<Task[]>(queryKey) ?? [], (await api.tasks.list({ signal })).tasks),
    refetchInterval: (query) => (query.state.data?.some((task) => !isOver(task)) ? POLL_MS : false),
  });
}

/** How many tasks are not over. Used once, by the shell: it also tells when one ends, whichever page is open. */
export function useRunningTasks(): number {
  const tasks = useTasks().data ?? none;
  const queries = useQueryClient();
  const running = useRef(new Set<string>());
  useEffect(() => {
    const ended = tasks.filter((task) => isOver(task) && running.current.has(task.id));
    running.current = new Set(tasks.filter((task) => !isOver(task)).map(({ id }) => id));
    if (ended.length === 0) return;
    announce(ended.map(endOf).join(". "));
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "tasks" });
  }, [tasks, queries]);
  const count = tasks.filter((task) => !isOver(task)).length;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon) icon.href = count > 0 ? "/favicon-busy.svg" : "/favicon.svg";
  }, [count]);
  return count;
}

/** Follows a task by its events while it runs. Waiting ones are polled: a browser opens only six connections to a server. */
export function useTaskEvents({ id, state }: Task): void {
  const queries = useQueryClient();
  const runs = state === "running";
  useEffect(() => {
    if (!runs) return undefined;
    const controller = new AbortController();
    // A cut stream is no failure of its own: the list is asked instead, and shows what is wrong with the server.
    follow(id, queries, controller.signal).catch(() => {
      if (!controller.signal.aborted) void queries.invalidateQueries({ queryKey: ["tasks"] });
    });
    return () => controller.abort();
  }, [id, runs, queries]);
}

export function putTask(queries: QueryClient, task: Task): void {
  queries.setQueryData<Task[]>(["tasks"], (tasks = []) =>
    tasks.some(({ id }) => id === task.id)
      ? tasks.map((known) => (known.id === task.id ? task : known))
      : [task, ...tasks],
  );
}

async function follow(id: string, queries: QueryClient, signal: AbortSignal): Promise<void> {
  for await (const task of api.tasks.events(id, { signal })) putTask(queries, task);
}

function endOf({ name, state, report }: Task): string {
  const failed = report?.failed_total ?? 0;
  if (state === "done") return `${name} indexed${failed > 0 ? `, ${formatCountOf(failed, "record")} failed` : ""}`;
  return `${name} ${state === "failed" ? "was not indexed" : "was cancelled"}`;
}
