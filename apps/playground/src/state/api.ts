import { createClient, type Task } from "@galen/server/client";
import { Connection } from "./connection.ts";
import { Access } from "./access.ts";
import { UnreachableError } from "./unreachable-error.ts";

interface Call {
  readonly signal?: AbortSignal;
}

/** Whether Galen answers; every call reports to it. */
export const connection = new Connection(async () => {
  try {
    return (await fetch("/healthz", { signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
});

/** The key, if this server asks for one. */
export const access = new Access();

/** Documents on one page of a list. */
const PAGE_SIZE = 20;

const client = createClient("", { fetch: watchedFetch });

/** The page's calls: what they add to the client is patience, so that a server that is gone only delays them. */
export const api = {
  about: (call: Call) => patiently(() => client.about(call), call),
  collections: {
    list: (call: Call) => patiently(() => client.collections.list(call), call),
    get: (name: string, call: Call) => patiently(() => client.collections.get(name, call), call),
    fields: (name: string, call: Call) => patiently(() => client.collections.fields(name, call), call),
    create: client.collections.create,
    delete: client.collections.delete,
  },
  documents: {
    list: (name: string, cursor: string | undefined, call: Call) =>
      patiently(
        () => client.documents.list(name, { limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }), ...call }),
        call,
      ),
    get: (name: string, id: string, call: Call) => patiently(() => client.documents.get(name, id, call), call),
    text: (name: string, id: string, span: { start: number; end: number }, call: Call) =>
      patiently(() => client.documents.text(name, id, { ...span, ...call }), call),
  },
  tasks: {
    list: (call: Call) => patiently(() => client.tasks.list(call), call),
    cancel: client.tasks.cancel,
    events: client.tasks.events,
  },
  upload: async (name: string, file: File): Promise<Task> =>
    (await client.files.add(name, file, { name: file.name })).task,
  search: (name: string, request: Parameters<typeof client.search>[1], call: Call) =>
    patiently(() => client.search(name, request, call), call),
  streamAnswer: client.answers.stream,
};

/** The address of a collection's search, as *Copy as curl* writes it. */
export function searchUrl(name: string): string {
  return `${location.origin}/v1/collections/${encodeURIComponent(name)}/search`;
}

/** Repeats a call that reads until the server is back: what is on the screen stays, and goes on without a reload. */
export async function patiently<Result>(call: () => Promise<Result>, { signal }: Call): Promise<Result> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      await connection.back(signal);
    }
  }
}

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, headers: access.sign(init?.headers) }).catch(brokenConnection);
  // A proxy in between speaks for a server that is gone.
  if (response.status === 502 || response.status === 504) return brokenConnection(new TypeError("no upstream"));
  connection.answered();
  if (response.status === 401) access.refused();
  // 204 has no body to watch, and a Response made with one would be refused.
  return response.body && response.status !== 204 ? new Response(watchedBody(response.body), response) : response;
}

/** A body that breaks off is a server that is gone, also in the middle of a stream. */
function watchedBody(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch(brokenConnection);
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** fetch and its body report a broken connection as a TypeError; our own abort is another error and passes. */
function brokenConnection(error: unknown): never {
  if (!(error instanceof TypeError)) throw error;
  connection.lost();
  throw new UnreachableError("The connection failed.", { cause: error });
}
