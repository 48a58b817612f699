import { z } from "zod";
import { RagError } from "../errors.ts";
import type { ChatMessage, ChatModel } from "./chat-model.ts";
import { readEvents } from "./read-events.ts";
import { IdleTimer } from "./idle-timer.ts";

export interface OpenAiChatOptions {
  /** Up to and with the version: `https://api.openai.com/v1`, `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as bearer token. @default none */
  readonly key?: string;
  /** @default 0 */
  readonly temperature?: number;
  /** Tokens of a reply at most. @default 1024 */
  readonly maxTokens?: number;
  /** Tokens of passages that one question may hold. @default 6000 */
  readonly contextTokens?: number;
  /** Milliseconds without a byte from the endpoint, the first one included, after which it has failed. @default 120000 */
  readonly idleTimeout?: number;
}

const Delta = z.object({ content: z.string().nullish() });
const Chunk = z.object({
  choices: z.array(z.object({ delta: Delta.nullish(), finish_reason: z.string().nullish() })).default([]),
  error: z.unknown().optional(),
});

/**
 * A chat model behind any endpoint that speaks OpenAI's `/chat/completions` with server-sent events: OpenAI, vLLM, Ollama,
 * llama.cpp, LM Studio and others. Throws `chat_failed` for a base URL or key that cannot be used; its stream throws
 * `chat_unauthorized` for a refused key and `chat_failed` for everything else, never with the key or any text in it.
 */
export function openAiChat(options: OpenAiChatOptions): ChatModel {
  const { model, key, contextTokens } = options;
  const url = endpoint(options.baseUrl);
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new RagError("chat_failed", "the chat model's key holds characters that no HTTP header can carry", {
      hint: "look for a line break or a space that was copied with it",
    });
  }
  return {
    name: model,
    ...(contextTokens !== undefined && { contextTokens }),
    stream: (messages, { signal } = {}) => streamReply({ ...options, url }, messages, signal),
  };
}

function endpoint(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new RagError("chat_failed", "the chat model's base URL is not an http(s) address without user and password", {
      hint: "for example http://127.0.0.1:11434/v1",
    });
  }
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/chat/completions`;
  return url;
}

type Connection = OpenAiChatOptions & { readonly url: URL };

async function* streamReply(
  connection: Connection,
  messages: readonly ChatMessage[],
  signal: AbortSignal | undefined,
): AsyncIterable<string> {
  using idle = new IdleTimer(connection.idleTimeout ?? 120_000);
  const either = signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]);
  try {
    const response = await send(connection, messages, either);
    yield* readReply(response, { connection, touch: () => idle.touch() });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RagError) throw error;
    const what = idle.signal.aborted ? "sent nothing for too long" : "could not be reached, or the connection was cut";
    throw failed(connection, what, { cause: error });
  }
}

async function send(connection: Connection, messages: readonly ChatMessage[], signal: AbortSignal): Promise<Response> {
  const { url, key, model, temperature = 0, maxTokens = 1_024 } = connection;
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ model, messages, temperature, max_tokens: maxTokens, stream: true }),
    // A redirect would carry the key and the passages to a host that nobody chose.
    redirect: "error",
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw refused(connection, response);
  }
  return response;
}

async function* readReply(
  response: Response,
  { connection, touch }: { connection: Connection; touch: () => void },
): AsyncIterable<string> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream") || response.body === null) {
    await response.body?.cancel();
    throw failed(connection, "does not stream: it answered without server-sent events");
  }
  let finished = false;
  for await (const data of readEvents(response.body, touch)) {
    if (data === "[DONE]") return;
    const { text, reason } = readChunk(data, connection);
    if (text !== "") yield text;
    if (reason === "content_filter") throw failed(connection, "ended its reply because of its content filter");
    finished ||= reason !== undefined;
  }
  if (!finished) throw failed(connection, "ended its reply in the middle");
}

function readChunk(data: string, connection: Connection): { text: string; reason: string | undefined } {
  const chunk = Chunk.safeParse(parseJson(data));
  if (!chunk.success) throw failed(connection, "sent something that is no chat completion");
  if (chunk.data.error !== undefined && chunk.data.error !== null) throw failed(connection, "reported an error");
  const choice = chunk.data.choices[0];
  return { text: choice?.delta?.content ?? "", reason: choice?.finish_reason ?? undefined };
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function refused(connection: Connection, { status, headers }: Response): RagError {
  const host = connection.url.host;
  if (status === 401 || status === 403) {
    return new RagError("chat_unauthorized", `the chat model at ${host} refused the key (${status})`, {
      hint: "check the key, and that it may use this model",
      details: { status },
    });
  }
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  const details = { status, ...(Number.isFinite(retryAfter) && { retryAfter }) };
  if (status === 429) return failed(connection, "has too many requests (429)", { hint: "try again later", details });
  if (status === 404) {
    return failed(connection, "knows no such path or model (404)", {
      hint: "the base URL mostly ends in /v1",
      details,
    });
  }
  return failed(connection, `answered with status ${status}`, { details });
}

function failed(
  { url }: Connection,
  what: string,
  facts: { hint?: string; details?: Record<string, unknown>; cause?: unknown } = {},
): RagError {
  return new RagError("chat_failed", `the chat model at ${url.host} ${what}`, facts);
}
