import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "../context.ts";
import { ServerError } from "../errors.ts";

/** Uploads take as long as the line needs, event streams as long as the work. Both end when the client goes. */
const WITHOUT_LIMIT = /\/(?:files|events)$/;

/**
 * One signal for the whole request: it aborts when the client is gone or the time is up. The answer does not wait for work that
 * is slow to notice.
 */
export function deadline({ requestTimeout }: { readonly requestTimeout: number }): MiddlewareHandler<AppEnv> {
  return async function deadline(c, next) {
    const gone = clientGone(c.req.raw.signal);
    c.set("clientGone", gone);
    c.set("signal", gone);
    if (WITHOUT_LIMIT.test(routePath(c, -1))) return next();
    using timer = startTimer(requestTimeout);
    c.set("signal", AbortSignal.any([gone, timer.signal]));
    await Promise.race([next(), timer.elapsed]);
  };
}

/** The socket's signal with an error as its reason: a bare string is nothing that can be caught and answered. */
function clientGone(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new ServerError("client_closed", "The client closed the connection"));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return controller.signal;
}

function startTimer(seconds: number): Disposable & { readonly signal: AbortSignal; readonly elapsed: Promise<never> } {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new ServerError("request_timeout", `The request took longer than ${seconds} s`, {
      hint: "Ask for less at a time, or raise GALEN_REQUEST_TIMEOUT.",
    });
    controller.abort(error);
    reject(error);
  }, seconds * 1_000);
  return { signal: controller.signal, elapsed: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}
