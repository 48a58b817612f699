import type {
  CollectionConfigInput,
  CollectionInfo,
  Document,
  DocumentPage,
  FieldType,
  SearchRequestInput,
  SearchResponse,
} from "@galen/db/schemas";
import type { AnswerEvent, AnswerRequestInput } from "@galen/rag/schemas";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { Connection } from "./connection.ts";
import { RequestError, UnreachableError, type Problem } from "./problem.ts";
import type { About, Task, TextWindow } from "./wire.ts";

type Options = { readonly signal?: AbortSignal | undefined };

/** Whether Galen answers; every call below reports to it. */
export const connection = new Connection(async () => {
  try {
    return (await fetch("/healthz", { signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
});

export const api = {
  about: (options: Options) => read<About>("/v1/about", options),
  collections: {
    list: async (options: Options) =>
      (await read<{ collections: CollectionInfo[] }>("/v1/collections", options)).collections,
    get: (name: string, options: Options) => read<CollectionInfo>(collection(name), options),
    fields: (name: string, options: Options) =>
      read<{ declared: Record<string, FieldType>; seen: string[] }>(`${collection(name)}/fields`, options),
    create: (config: CollectionConfigInput) => send<CollectionInfo>("POST", "/v1/collections", config),
    drop: (name: string) => send<undefined>("DELETE", collection(name)),
  },
  documents: {
    list: (name: string, cursor: string | undefined, options: Options) =>
      read<DocumentPage>(`${collection(name)}/documents?${query({ limit: 20, cursor })}`, options),
    get: (name: string, id: string, options: Options) => read<Document>(document(name, id), options),
    text: (name: string, id: string, span: { start: number; end: number }, options: Options) =>
      read<TextWindow>(`${document(name, id)}/text?${query(span)}`, options),
  },
  tasks: {
    list: async (options: Options) => (await read<{ tasks: Task[] }>("/v1/tasks", options)).tasks,
    get: (id: string, options: Options) => read<Task>(`/v1/tasks/${encodeURIComponent(id)}`, options),
    cancel: (id: string) => send<unknown>("DELETE", `/v1/tasks/${encodeURIComponent(id)}`),
    events: (id: string, options: Options) => events<Task>(`/v1/tasks/${encodeURIComponent(id)}/events`, options),
  },
  async upload(name: string, file: File): Promise<Task> {
    const form = new FormData();
    form.set("file", file, file.name);
    return (await json<{ task: Task }>(`${collection(name)}/files`, { method: "POST", body: form })).task;
  },
  search: (name: string, request: SearchRequestInput, options: Options) =>
    patiently(() => send<SearchResponse>("POST", `${collection(name)}/search`, request, options), options),
  streamAnswer: (name: string, request: AnswerRequestInput, options: Options) =>
    events<AnswerEvent>(`${collection(name)}/answers`, options, body({ ...request, stream: true })),
};

/** The address of a collection's search, as *Copy as curl* writes it. */
export function searchUrl(name: string): string {
  return `${location.origin}${collection(name)}/search`;
}

/** Reads wait until the server is back: what is on the screen stays, and goes on without a reload. */
export async function patiently<T>(call: () => Promise<T>, { signal }: Options): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      await connection.back(signal);
    }
  }
}

function read<T>(path: string, options: Options): Promise<T> {
  return patiently(() => json<T>(path, options), options);
}

function send<T>(method: string, path: string, content?: unknown, options: Options = {}): Promise<T> {
  return json<T>(path, { ...options, method, ...(content !== undefined && body(content)) });
}

async function json<T>(path: string, { signal, ...init }: Omit<RequestInit, "signal"> & Options): Promise<T> {
  const response = await request(path, { ...init, ...(signal && { signal }) });
  const text = await answered(response.text());
  if (!isJson(response)) {
    if (response.ok && text === "") return undefined as T;
    throw new RequestError(unexpected(response));
  }
  const value = JSON.parse(text) as unknown;
  if (!response.ok) throw new RequestError(value as Problem);
  return value as T;
}

async function* events<T>(path: string, { signal }: Options, init?: ReturnType<typeof body>): AsyncGenerator<T> {
  const headers = { ...init?.headers, accept: "text/event-stream" };
  const response = await request(path, { ...init, method: init ? "POST" : "GET", headers, ...(signal && { signal }) });
  if (!response.ok || !response.body)
    throw new RequestError(isJson(response) ? ((await response.json()) as Problem) : unexpected(response));
  const stream = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await answered(reader.read());
    if (done) return;
    yield JSON.parse(value.data) as T;
  }
}

async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await answered(fetch(path, init));
  // A proxy in between speaks for a server that is gone.
  if (response.status === 502 || response.status === 504) throw lost(`the proxy answered ${response.status}`);
  connection.answered();
  return response;
}

/** A broken connection is told apart from our own abort; fetch throws TypeError for the first. */
async function answered<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof TypeError) throw lost(error.message);
    throw error;
  }
}

function lost(message: string): UnreachableError {
  connection.lost();
  return new UnreachableError(message);
}

function unexpected(response: Response): Problem {
  return {
    title: "This is not Galen's answer",
    status: response.status,
    code: "unexpected_response",
    detail: `The address answered ${response.status} with ${response.headers.get("content-type") ?? "no type"} instead of JSON.`,
    hint: "Check whether a proxy or another program listens on this port.",
  };
}

function isJson(response: Response): boolean {
  return /\bjson\b/.test(response.headers.get("content-type") ?? "");
}

function body(content: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}

function collection(name: string): string {
  return `/v1/collections/${encodeURIComponent(name)}`;
}

function document(name: string, id: string): string {
  return `${collection(name)}/documents/${encodeURIComponent(id)}`;
}

function query(parameters: Record<string, string | number | undefined>): string {
  const known = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
}
