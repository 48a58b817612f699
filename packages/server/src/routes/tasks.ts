import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
import { toProblem } from "../problem.ts";
import { TaskList } from "../schemas/documents.ts";
import { Task } from "../schemas/task.ts";
import type { Services } from "../services.ts";
import { eventStream, type ServerSentEvent } from "../sse.ts";
import { json, problems, TaskParams } from "./responses.ts";

const tags = ["Tasks"];

const listTasks = createRoute({
  method: "get",
  path: "/v1/tasks",
  operationId: "listTasks",
  tags,
  summary: "List tasks, the newest first",
  responses: { 200: json(TaskList, "Waiting, running and ended tasks since the server started") },
});

const getTask = createRoute({
  method: "get",
  path: "/v1/tasks/{id}",
  operationId: "getTask",
  tags,
  summary: "How a task is getting on",
  request: { params: TaskParams },
  responses: { 200: json(Task, "The task"), ...problems(404, 422) },
});

const cancelTask = createRoute({
  method: "delete",
  path: "/v1/tasks/{id}",
  operationId: "cancelTask",
  tags,
  summary: "Stop a task",
  description: "What it has stored stays. The state becomes `cancelled` when what has been embedded is stored.",
  request: { params: TaskParams },
  responses: { 200: json(Task, "The task"), ...problems(404, 409, 422) },
});

const watchTask = createRoute({
  method: "get",
  path: "/v1/tasks/{id}/events",
  operationId: "watchTask",
  tags,
  summary: "Follow a task",
  description: "Server-sent events named `task`, each the whole task; the stream ends with the task.",
  request: { params: TaskParams },
  responses: {
    200: { description: "Events", content: { "text/event-stream": { schema: Task } } },
    ...problems(404, 422),
  },
});

export function taskRoutes({ tasks }: Services) {
  return newRoutes()
    .openapi(listTasks, (c) => c.json({ tasks: tasks.list() }, 200))
    .openapi(getTask, (c) => c.json(tasks.get(c.req.valid("param").id), 200))
    .openapi(cancelTask, (c) => c.json(tasks.cancel(c.req.valid("param").id), 200))
    .openapi(watchTask, (c) => {
      const { id } = c.req.valid("param");
      tasks.get(id);
      const controller = new AbortController();
      const signal = AbortSignal.any([controller.signal, c.get("clientGone")]);
      const context = { requestId: c.get("requestId"), instance: c.req.path };
      const onError = (error: unknown) => ({ event: "error", data: toProblem(error, context) });
      return eventStream(asEvents(tasks.watch(id, { signal })), { controller, onError });
    });
}

async function* asEvents(tasks: AsyncIterable<Task>): AsyncGenerator<ServerSentEvent> {
  for await (const task of tasks) yield { event: "task", data: task };
}
