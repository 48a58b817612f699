import { Embeddings } from "@galen/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { M6 } from "../../../db/src/embeddings/m6.fixture.ts";
import { loadToyEmbedder } from "../../../db/src/embeddings/toy-embedder.fixture.ts";
import type { ChatMessage } from "../chat/chat-model.ts";
import type { RagOptions } from "./rag-options.ts";
import { RAG } from "./rag.ts";

// Case 3 of the study of txtai 9.14.

const QUERY = "cholesterol risk";
const resources = new AsyncDisposableStack();
let similarity: Embeddings<true>;

beforeAll(async () => {
  similarity = resources.use(new Embeddings({ loadEmbedder: loadToyEmbedder, content: true }));
  await similarity.index(M6.map((text, id) => [id, text] as const));
});
afterAll(() => resources.disposeAsync());

/** A model that says always the same, and what it was asked. */
function scripted(reply: string, options: Partial<RagOptions> = {}) {
  const asked: (readonly ChatMessage[])[] = [];
  const model = async (messages: readonly ChatMessage[]) => {
    asked.push(messages);
    return reply;
  };
  const rag = new RAG({ similarity, model, separator: " | ", template: "{context}", ...options });
  return { rag, asked, prompts: () => asked.map((messages) => messages.at(-1)?.content) };
}

const textsOf = (...ids: number[]) => ids.map((id) => M6[id]).join(" | ");

test("3: the best texts are the context, and a string has an answer", async () => {
  const { rag, prompts } = scripted("statins");
  expect(await rag.call(QUERY)).toEqual({ answer: "statins" });
  expect(await rag.call(`${QUERY} -aspirin`)).toEqual({ answer: "statins" });
  expect(await rag.call(`${QUERY} +zzz`)).toEqual({ answer: "statins" });
  expect(prompts()).toEqual([textsOf(3, 2, 0), textsOf(3, 0), ""]);
});

test("3: the answer has the form of the question", async () => {
  const { rag } = scripted("statins");
  expect(await rag.call({ name: "drug", query: QUERY })).toEqual({ name: "drug", answer: "statins" });
  expect(await rag.call([["drug", QUERY, "Which drug?", false]])).toEqual([["drug", "statins"]]);
  expect(await rag.call([QUERY, { query: QUERY }])).toEqual([{ answer: "statins" }, { answer: "statins" }]);
  expect(await scripted("statins", { output: "flatten" }).rag.call(QUERY)).toBe("statins");
  const { rag: referring } = scripted("statins", { output: "reference" });
  expect(await referring.call(QUERY)).toEqual({ answer: "statins", reference: "3" });
  expect(await referring.call([["drug", QUERY]])).toEqual([["drug", "statins", "3"]]);
  expect(await referring.call(`${QUERY} +zzz`)).toEqual({ answer: "statins" });
});

test("3: a snippet is the text that the answer is part of", async () => {
  expect(await scripted("LDL").rag.call({ query: QUERY, snippet: true })).toEqual({ answer: M6[3] });
  expect(await scripted("gout").rag.call({ query: QUERY, snippet: true })).toEqual({ answer: "gout" });
});

test("3: system and prompt are two messages", async () => {
  const { rag, asked } = scripted("statins", { system: "Be brief.", template: "{question}? {context}" });
  await rag.call({ query: QUERY, question: "Which {context}" });
  expect(asked).toEqual([
    [
      { role: "system", content: "Be brief." },
      { role: "user", content: `Which {context}? ${textsOf(3, 2, 0)}` },
    ],
  ]);
});

test("statements are queries, given texts keep their order, and limits leave texts out", async () => {
  const { rag, prompts } = scripted("x", { context: 2 });
  await rag.call("select id, text, score from txtai where similar('stroke') and id in (2, 5)");
  await rag.call(QUERY, { texts: ["nothing", "risk of stroke", "cholesterol"] });
  await scripted("x", { minscore: 0.9 }).rag.call(QUERY);
  const few = scripted("x", { mintokens: 8 });
  await few.rag.call(QUERY);
  expect(prompts()).toEqual([textsOf(2, 5), "risk of stroke | cholesterol"]);
  expect(few.prompts()).toEqual([textsOf(0)]);
  await expect(rag.call("select id from txtai where similar('stroke')")).rejects.toMatchObject({
    code: "record_invalid",
  });
  await expect(rag.call("select id from txtai where")).rejects.toMatchObject({ code: "query_invalid" });
});

test("chat models are listened to until they have ended, and can be stopped", async () => {
  const model = {
    name: "scripted",
    stream: async function* () {
      yield "sta";
      yield "tins";
    },
  };
  const rag = new RAG({ similarity, model });
  expect(await rag.call(QUERY)).toEqual({ answer: "statins" });
  await expect(rag.call(QUERY, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
});
