import type { Collection } from "@galen/db";
import { answer, streamAnswer, type AnswerOptions } from "@galen/rag";
import { Answer, AnswerEvent, AnswerRequest } from "@galen/rag/schemas";
import { createRoute } from "@hono/zod-openapi";
import { type AppContext, newRoutes } from "../context.ts";
import { errorCode, toProblem } from "../problem.ts";
import type { Services } from "../services.ts";
import { eventStream, type ServerSentEvent } from "../sse.ts";
import { CollectionParams, json, jsonBody, problems } from "./responses.ts";

const answerQuestion = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/answers",
  operationId: "answer",
  tags: ["Search"],
  summary: "Answer a question from a collection's documents",
  description: "With `stream: true` the answer comes as server-sent events; each event is named by its `type`.",
  request: { params: CollectionParams, ...jsonBody(AnswerRequest) },
  responses: {
    200: {
      description: "The answer with its citations",
      content: { ...json(Answer, "").content, "text/event-stream": { schema: AnswerEvent } },
    },
    ...problems(400, 404, 413, 415, 422, 502),
  },
});

export function answerRoutes({ database, chat }: Services) {
  return newRoutes().openapi(answerQuestion, async (c) => {
    const request = c.req.valid("json");
    const collection = await database.collection(c.req.valid("param").collection);
    const options = chat === undefined ? {} : { chat };
    if (request.stream) return streamedAnswer(c, collection, request, options);
    return c.json(await answer(collection, request, { ...options, signal: c.get("signal") }), 200);
  });
}

function streamedAnswer(
  c: AppContext,
  collection: Collection,
  request: AnswerRequest,
  options: AnswerOptions,
): Response {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, c.get("clientGone")]);
  const context = { requestId: c.get("requestId"), instance: c.req.path };
  return eventStream(asEvents(streamAnswer(collection, request, { ...options, signal })), {
    controller,
    onError: (error) => ({
      event: "error",
      data: { type: "error", code: errorCode(error), message: toProblem(error, context).detail } satisfies AnswerEvent,
    }),
  });
}

async function* asEvents(events: AsyncIterable<AnswerEvent>): AsyncGenerator<ServerSentEvent> {
  for await (const event of events) yield { event: event.type, data: event };
}
