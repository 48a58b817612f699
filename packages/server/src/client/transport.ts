import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Problem } from "../schemas/problem.ts";
import { GalenHttpError } from "./galen-http-error.ts";

export interface TransportOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly key?: string;
  /** @default the global one */
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

interface Call extends CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData | Blob;
}

/** JSON and event streams over `fetch`. */
export class Transport {
  readonly #baseUrl: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(baseUrl: string, { key, fetch = globalThis.fetch }: TransportOptions) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    // A bare `fetch` loses its window when it is called as a method.
    this.#fetch = fetch.bind(globalThis);
    this.#headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  get<Result>(path: string, options: CallOptions = {}): Promise<Result> {
    return this.#json(path, options);
  }

  post<Result>(path: string, body: unknown, call: Call = {}): Promise<Result> {
    return this.#send("POST", path, body, call);
  }

  put<Result>(path: string, body: unknown, call: Call = {}): Promise<Result> {
    return this.#send("PUT", path, body, call);
  }

  patch<Result>(path: string, body: unknown, call: Call = {}): Promise<Result> {
    return this.#send("PATCH", path, body, call);
  }

  upload<Result>(path: string, body: FormData, options: CallOptions = {}): Promise<Result> {
    return this.#json(path, { ...options, method: "POST", body });
  }

  /** The body as it is, with the media type that it says. */
  putBlob<Result>(path: string, body: Blob, options: CallOptions = {}): Promise<Result> {
    return this.#json(path, { ...options, method: "PUT", headers: { "content-type": body.type }, body });
  }

  async blob(path: string, options: CallOptions = {}): Promise<Blob> {
    return (await this.#call(path, options)).blob();
  }

  delete<Result>(path: string, options: CallOptions = {}): Promise<Result> {
    return this.#json(path, { ...options, method: "DELETE" });
  }

  /** Server-sent events; leaving the loop ends the request. */
  async *events<Event>(path: string, body: unknown, { signal }: CallOptions = {}): AsyncGenerator<Event> {
    const sent = body === undefined ? {} : { method: "POST", headers: jsonHeaders, body: JSON.stringify(body) };
    const response = await this.#call(path, { ...sent, ...(signal && { signal }) });
    if (response.body === null) return;
    const reader = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read())
        yield JSON.parse(next.value.data) as Event;
    } finally {
      await reader.cancel();
    }
  }

  #send<Result>(method: string, path: string, body: unknown, { headers, ...options }: Call): Promise<Result> {
    const sent = { headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(body) };
    return this.#json(path, { ...options, method, ...sent });
  }

  async #json<Result>(path: string, call: Call): Promise<Result> {
    const response = await this.#call(path, call);
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as Result;
  }

  async #call(path: string, { headers, ...call }: Call): Promise<Response> {
    const response = await this.#fetch(`${this.#baseUrl}${path}`, {
      ...call,
      headers: { ...this.#headers, ...headers },
    });
    if (response.ok) return response;
    throw new GalenHttpError(await readProblem(response, path));
  }
}

const jsonHeaders = { "content-type": "application/json" } as const;

/** A proxy in between may answer with a page of its own. */
async function readProblem(response: Response, path: string): Promise<Problem> {
  const text = await response.text();
  if (/\bjson\b/.test(response.headers.get("content-type") ?? "")) return JSON.parse(text) as Problem;
  return {
    type: "about:blank",
    title: "The answer does not come from Galen",
    status: response.status,
    detail: `The address answered ${response.status} without a problem document`,
    code: "unexpected_response",
    hint: "Check whether a proxy or another program listens there.",
    instance: path.split("?")[0] ?? path,
    request_id: response.headers.get("x-request-id") ?? "",
  };
}
