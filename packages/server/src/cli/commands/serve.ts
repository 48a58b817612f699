import { loadConfig } from "../../config.ts";
import { ensureDemo, exampleAnswer } from "../../demo.ts";
import { createLogger } from "../../logger.ts";
import { startServer } from "../../server.ts";
import { announceServer } from "../../server-address.ts";
import { openServices, type Services } from "../../services.ts";
import { version } from "../../version.ts";
import { ProgressDisplay } from "../progress.ts";
import { stopSignal } from "../stop-signal.ts";
import type { Terminal } from "../terminal.ts";
import { counted } from "../text.ts";
import { printAnswer } from "./ask.ts";

export interface ServeOptions {
  readonly config?: string;
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly precision?: string;
  readonly demo?: string;
}

/** `galen serve`: listens at once, loads the model meanwhile, stops cleanly at the first Ctrl-C. */
export async function serve({ config: file, demo, ...flags }: ServeOptions, terminal: Terminal): Promise<void> {
  const { data, host, port, precision } = flags;
  const config = loadConfig({ flags: { data, host, port, precision }, file });
  const logger = createLogger(terminal.err, config);
  using stop = stopSignal(() =>
    terminal.err("Stopping; requests that are running get 10 s. Press Ctrl-C again to stop at once.\n"),
  );
  await using services = await openServices(config, { logger });
  await using server = await startServer(services, config, { logger });
  await using _address = await announceServer(config.data, server.url);
  await printStart(services, { url: server.url, data: config.data, terminal });
  if (demo !== undefined) await showDemo(services, { demo, url: server.url, terminal, signal: stop.signal });
  terminal.out("Press Ctrl-C to stop.\n");
  await aborted(stop.signal);
  const closing = server.close();
  // Tasks end first: readers that follow one keep their connection open until it has ended.
  await services.tasks[Symbol.asyncDispose]();
  await closing;
}

interface Start {
  readonly url: string;
  readonly data: string;
  readonly terminal: Terminal;
}

async function printStart({ database }: Services, { url, data, terminal }: Start): Promise<void> {
  const collections = await database.collections();
  terminal.out(`Galen ${version} listens.\n`);
  terminal.out(
    `  page  ${url}/\n  API   ${url}/v1  (described at ${url}/openapi.json)\n  data  ${data}, ${counted(collections.length, "collection")}\n`,
  );
}

interface Demo {
  readonly demo: string;
  readonly url: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

async function showDemo({ database, defaults }: Services, { demo, url, terminal, signal }: Demo): Promise<void> {
  const collection = await withProgress(terminal, (display) =>
    ensureDemo(database, demo, {
      defaults,
      signal,
      onProgress: ({ documents, bytesRead, bytesTotal, phase }) =>
        display.update({ done: documents, share: phase === "done" ? 1 : bytesRead / Math.max(1, bytesTotal) }),
    }),
  );
  if (collection === undefined || signal.aborted) return;
  const { question, answer } = await exampleAnswer(collection, { signal });
  terminal.out(`  try   ${url}/#/c/${collection.name}\n\nAsked the demo collection: ${question}\n\n`);
  printAnswer(answer, terminal);
  terminal.out("\n");
}

async function withProgress<Result>(
  terminal: Terminal,
  work: (display: ProgressDisplay) => Promise<Result>,
): Promise<Result> {
  using display = new ProgressDisplay({ title: "Indexing demo", unit: "docs", terminal });
  return await work(display);
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
