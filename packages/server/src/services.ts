import { ModelError } from "@galen/core";
import { loadCrossEncoder, loadSentenceTransformer, SharedEmbedders } from "@galen/db";
import type { Database, Embedder, LoadEmbedder, LoadReranker, Reranker, Synonyms } from "@galen/db";
import { openAiChat, type ChatModel, openDatabase } from "@galen/rag";
import type { CollectionDefaults } from "./collection-defaults.ts";
import type { Config } from "./config.ts";
import { LazyReranker } from "./lazy-reranker.ts";
import { errorFacts, type Logger } from "./logger.ts";
import { readSynonyms } from "./read-synonyms.ts";
import { acceptedWork } from "./tasks/accepted-work.ts";
import { TaskQueue } from "./tasks/task-queue.ts";

/** What the routes work with. */
export interface Services extends AsyncDisposable {
  readonly database: Database;
  readonly tasks: TaskQueue;
  /** Writes answers; without one answers quote the documents. */
  readonly chat: ChatModel | undefined;
  /** Model and precision of new collections that name none; without a model it is the built-in one. */
  readonly defaults: CollectionDefaults;
  /**
   * The embedder of a model that the server uses already: the default one, or that of a collection.
   *
   * @throws ModelError `model_not_found` for any other: a request must not make the server load what it names
   */
  embedder(model?: string): Promise<Embedder>;
  /** Scores hits anew; `undefined` where the settings name no model for it. It is loaded at its first use. */
  readonly reranker: Reranker | undefined;
  /** What terms are called otherwise, as the settings' file says. */
  readonly synonyms: Synonyms | undefined;
  /** Whether the default model has been loaded, or why not. */
  modelState(): ModelState;
}

type ModelState = "loading" | "ready" | "failed";

export interface OpenServicesOptions {
  readonly logger: Logger;
  /** Loads a model by name; for tests and other engines. */
  readonly loadEmbedder?: LoadEmbedder;
  readonly loadReranker?: LoadReranker;
}

/**
 * Opens the data folder and starts to load the default model beside it: the server listens before the weights are read, and
 * `/readyz` tells when they are.
 */
export async function openServices(
  config: Config,
  { logger, loadEmbedder = loadSentenceTransformer, loadReranker = loadCrossEncoder }: OpenServicesOptions,
): Promise<Services> {
  await using stack = new AsyncDisposableStack();
  const synonyms = config.synonyms === undefined ? undefined : await readSynonyms(config.synonyms);
  const models = stack.use(new SharedEmbedders(loadEmbedder));
  let modelState: ModelState = "loading";
  models.load(config.model, config).then(
    () => (modelState = "ready"),
    (error: unknown) => {
      modelState = "failed";
      logger.error("model", errorFacts(error));
    },
  );
  // After the model has begun to load: both take their time, and neither needs the other.
  const database = stack.use(await openDatabase(config.data, { loadEmbedder: models.load }));
  const tasks = stack.use(new TaskQueue({ onFailure: (error) => logger.error("task", errorFacts(error)) }));
  for (const write of await database.writes.list())
    if (write.state === "waiting" || write.state === "running") tasks.resume(acceptedWork(database, write), write.id);
  const reranker =
    config.reranker === undefined ? undefined : stack.use(new LazyReranker(config.reranker, loadReranker));
  const owned = stack.move();
  return {
    database,
    tasks,
    chat: chatModelOf(config),
    defaults: { model: config.model, precision: config.precision },
    reranker: reranker?.rerank,
    synonyms,
    embedder: (model) => findEmbedder(model, { models, database, config }),
    modelState: () => modelState,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Known {
  readonly models: SharedEmbedders;
  readonly database: Database;
  readonly config: Config;
}

async function findEmbedder(model: string | undefined, { models, database, config }: Known): Promise<Embedder> {
  const embedder = await models.load(config.model, config);
  if (model === undefined || model === "default" || model === config.model || model === embedder.model) return embedder;
  const owner = (await database.collections()).find((info) => info.model === model);
  if (owner !== undefined) return (await database.collection(owner.name)).embedder();
  throw new ModelError("model_not_found", "The server does not use the model that the request names", {
    hint: `Leave \`model\` out, or name "${embedder.model}" or the model of a collection.`,
  });
}

/** The chat model that the settings name, if they name one. */
export function chatModelOf({ chatBaseUrl, chatModel, chatKey }: Config): ChatModel | undefined {
  if (chatBaseUrl === undefined || chatModel === undefined) return undefined;
  return openAiChat({ baseUrl: chatBaseUrl, model: chatModel, ...(chatKey !== undefined && { key: chatKey }) });
}
