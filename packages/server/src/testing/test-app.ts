import { FakeEmbedder, temporaryDirectory, type FakeEmbedderOptions } from "@galen/testing";
import type { LoadReranker } from "@galen/db";
import { createApp } from "../app.ts";
import { Config } from "../config.ts";
import type { Routes } from "../context.ts";
import { createLogger, type Logger } from "../logger.ts";
import type { Problem } from "../schemas/problem.ts";
import { openServices, type Services } from "../services.ts";

export interface TestApp extends AsyncDisposable {
  readonly app: Routes;
  readonly services: Services;
  readonly config: Config;
  readonly logger: Logger;
  readonly log: string[];
  /** Sends JSON, or no body at all. */
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export interface TestAppOptions {
  readonly config?: Partial<Config>;
  readonly embedder?: FakeEmbedderOptions;
  readonly loadReranker?: LoadReranker;
}

/** The whole server on a real database in a temporary folder; only the model is small. */
export async function openTestApp({
  config: settings = {},
  embedder = {},
  loadReranker,
}: TestAppOptions = {}): Promise<TestApp> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const config = { ...Config.parse({}), data: folder.path, playground: `${folder.path}/no-page`, ...settings };
  const log: string[] = [];
  const logger = createLogger((line) => log.push(line), config);
  const loadEmbedder = async () => new FakeEmbedder(embedder);
  const services = stack.use(
    await openServices(config, { logger, loadEmbedder, ...(loadReranker && { loadReranker }) }),
  );
  await services.embedder();
  const app = createApp(services, config, { logger });
  const owned = stack.move();
  return {
    app,
    services,
    config,
    logger,
    log,
    send: async (method, path, body, headers = {}) =>
      app.request(path, {
        method,
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A collection `notes` with a declared field and three documents. */
export async function fillNotes({ services }: TestApp): Promise<void> {
  const collection = await services.database.createCollection({ name: "notes", fields: { year: "number" } });
  await collection.upsert([
    {
      id: "metformin",
      title: "Metformin",
      text: "Metformin lowers blood sugar. It is taken with food.",
      metadata: { year: 2019 },
    },
    { id: "ibuprofen", text: "Ibuprofen raises blood pressure in some people.", metadata: { year: 2021 } },
    { id: "a/b %25?#ü", text: "A document with an awkward id.", metadata: { year: 2021 } },
  ]);
}

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}
