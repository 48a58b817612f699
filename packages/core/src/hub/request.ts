import { ModelError } from "../errors.ts";
import { idleGuard } from "./idle-guard.ts";
import type { IdleGuard } from "./idle-guard.ts";
import type { Pace } from "./pace.ts";
import { redirectRefusal } from "./redirect.ts";
import { parseRetryAfter, TransientFailure } from "./retry.ts";

// Node's own fetch, and not @huggingface/hub 2.17: its snapshotDownload writes into the same cache, but (packages/hub,
// download-file-to-cache-dir.ts) checks no checksum, resumes nothing, takes no lock and prints to the console.

/** What all requests for one model share. */
export interface HubConnection {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /** Goes to the origin of `endpoint` and nowhere else. */
  readonly token: string | undefined;
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
}

export interface HubRequest {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes a redirect as the answer instead of following it. */
  readonly isAnswer?: (response: Response) => boolean;
}

/** The answer to a request. Dispose it, so that the socket is free also when the body was not read. */
export interface HubAnswer extends AsyncDisposable {
  /** Who answered, after all redirects. */
  readonly origin: string;
  readonly status: number;
  readonly headers: Headers;
  /** @throws {TransientFailure} when the connection is cut or silent. */
  readonly body: () => AsyncGenerator<Uint8Array>;
}

// huggingface_hub follows as many; the hub needs two (renamed model, CDN).
const MAX_REDIRECTS = 10;

/**
 * Sends one request and follows its redirects.
 * @throws {TransientFailure} for what may go better the next time.
 * @throws {ModelError} `model_download_failed` for redirects that lead nowhere good.
 */
export async function request(
  connection: HubConnection,
  { method, url, headers, isAnswer }: HubRequest,
): Promise<HubAnswer> {
  using stack = new DisposableStack();
  const guard = stack.use(idleGuard(connection.pace.idleTimeout, connection.signal));
  let address = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await exchange(address, { connection, method, headers, guard });
    const location = isRedirect(response) && isAnswer?.(response) !== true ? response.headers.get("location") : null;
    if (location === null) return answer(response, { connection, guard, address, owned: stack.move() });
    await discard(response);
    address = follow(address, location);
  }
  throw refused(address, `after ${MAX_REDIRECTS} redirects there was still another`);
}

interface Exchange {
  readonly connection: HubConnection;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly guard: IdleGuard;
}

async function exchange(address: URL, { connection, method, headers, guard }: Exchange): Promise<Response> {
  try {
    const response = await fetch(address, {
      method,
      redirect: "manual",
      signal: guard.signal,
      headers: {
        "user-agent": "galen",
        // A compressed answer would neither have the length nor the ranges of the file.
        "accept-encoding": "identity",
        ...headers,
        ...authorization(address, connection),
      },
    });
    guard.touch();
    return await checkBusy(response);
  } catch (error) {
    throw asTransient(error, { connection, guard });
  }
}

function authorization(address: URL, { endpoint, token }: HubConnection): Record<string, string> {
  const isHub = address.origin === new URL(endpoint).origin;
  return token !== undefined && isHub ? { authorization: `Bearer ${token}` } : {};
}

const BUSY: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

async function checkBusy(response: Response): Promise<Response> {
  if (!BUSY.has(response.status)) return response;
  await discard(response);
  throw new TransientFailure(`the server answered ${response.status}`, {
    retryAfter: parseRetryAfter(response.headers.get("retry-after")),
  });
}

function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function follow(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (to === null) throw refused(from, "it redirects to something that is no address");
  const refusal = redirectRefusal(from, to);
  if (refusal !== undefined) throw refused(from, `a redirect ${refusal}`);
  return to;
}

interface Receiving {
  readonly connection: HubConnection;
  readonly guard: IdleGuard;
  readonly address: URL;
  readonly owned: DisposableStack;
}

function answer(response: Response, { connection, guard, address, owned }: Receiving): HubAnswer {
  return {
    origin: address.origin,
    status: response.status,
    headers: response.headers,
    body: async function* body() {
      try {
        for await (const chunk of response.body ?? []) {
          guard.touch();
          yield chunk;
        }
      } catch (error) {
        throw asTransient(error, { connection, guard });
      }
    },
    [Symbol.asyncDispose]: async () => {
      owned.dispose();
      await discard(response);
    },
  };
}

/** Frees the socket of a body that nobody reads; where the connection is lost already, it is free. */
async function discard({ body }: Response): Promise<void> {
  if (body?.locked === false) await body.cancel().catch(() => {});
}

/** fetch tells a lost connection by a TypeError with the system's error as its cause. */
function asTransient(error: unknown, { connection, guard }: Pick<Receiving, "connection" | "guard">): unknown {
  connection.signal?.throwIfAborted();
  if (guard.isIdle()) {
    const seconds = connection.pace.idleTimeout / 1000;
    return new TransientFailure(`nothing arrived for ${seconds} seconds`, { cause: error });
  }
  if (!(error instanceof TypeError)) return error;
  return new TransientFailure(`the connection failed (${systemCode(error)})`, { cause: error });
}

function systemCode({ cause, message }: Error): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : message;
}

// The host, and never the address: that of a CDN is signed and opens the file to whoever holds it.
function refused({ host }: URL, problem: string): ModelError {
  return new ModelError("model_download_failed", `The answer of ${host} was not followed: ${problem}.`, {
    hint: "Check the address of the model hub (HF_ENDPOINT) and the proxy.",
    details: { host },
  });
}
