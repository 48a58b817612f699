import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import { type Config, requireKeysBeyondLoopback } from "./config.ts";
import { ServerError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { toProblem } from "./problem.ts";
import type { Services } from "./services.ts";

/** Requests that are being answered when the server stops get this long. */
const DRAIN_MS = 10_000;
/** Node closes idle connections once, when it stops listening; one that was busy then, and is kept alive, is idle later. */
const SWEEP_MS = 50;

export interface RunningServer extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Stops accepting, waits for running requests (10 s at most), then cuts what is left. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws ServerError `keys_required`, `port_in_use`, `address_unavailable`
 */
export async function startServer(
  services: Services,
  config: Config,
  { logger }: { readonly logger: Logger },
): Promise<RunningServer> {
  requireKeysBeyondLoopback(config);
  const app = createApp(services, config, { logger });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  answerBrokenRequests(server);
  await listen(server, config);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= drain(server));
  return { url: urlOf(server, config), close, [Symbol.asyncDispose]: close };
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw listenError(cause as NodeJS.ErrnoException, { host, port });
  } finally {
    server.off("error", reject);
  }
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: Pick<Config, "host" | "port">): ServerError {
  const details = { host, port, reason: cause.code };
  if (cause.code === "EADDRINUSE")
    return new ServerError("port_in_use", `Port ${port} on ${host} is in use by another program`, {
      hint: `Choose another one with --port ${port + 1} or GALEN_PORT, or --port 0 for any free one.`,
      details,
      cause,
    });
  const reason = cause.code === "EACCES" ? "this user may not open it" : "this machine does not have the address";
  return new ServerError("address_unavailable", `Cannot listen on ${host} port ${port}: ${reason}`, {
    hint: "Listen on 127.0.0.1 with a port above 1023.",
    details,
    cause,
  });
}

function urlOf(server: Server, { host }: Config): string {
  const { port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" && host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function drain(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await promise;
  clearInterval(sweep);
  clearTimeout(timer);
}

/** What Node cannot even parse never reaches the app; it gets the same kind of answer. */
function answerBrokenRequests(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
    const failure = tooLarge
      ? new ServerError("headers_too_large", "The address and headers of the request are too large")
      : new ServerError("http_invalid", "The request is not valid HTTP");
    const problem = toProblem(failure, { requestId: "", instance: "" });
    const status = tooLarge ? "431 Request Header Fields Too Large" : "400 Bad Request";
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
}
