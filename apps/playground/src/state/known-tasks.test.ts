import type { Task } from "@galen/server/client";
import { expect, test } from "vitest";
import { knownTasks } from "./known-tasks.ts";

const task = (id: string, state: Task["state"]): Task => ({
  id,
  kind: "ingest",
  collection: "notes",
  name: `${id}.txt`,
  state,
  progress: {
    phase: "indexing",
    documents: 1,
    bytesRead: 1,
    bytesTotal: 2,
    passages: 1,
    unchanged: 0,
    failed: 0,
    elapsedMs: 1,
  },
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
});

test("a task that was under way when the server stopped is told as lost, also on the next look", () => {
  const once = knownTasks([task("a", "running"), task("b", "done")], [task("c", "queued")]);
  expect(once.map(({ id, state, problem }) => [id, state, problem?.code])).toEqual([
    ["c", "queued", undefined],
    ["a", "failed", "task_lost"],
  ]);
  expect(knownTasks(once, [task("c", "running")]).map(({ id }) => id)).toEqual(["c", "a"]);
});

test("what the server says wins", () => {
  expect(knownTasks([task("a", "running")], [task("a", "done")])).toEqual([task("a", "done")]);
});
