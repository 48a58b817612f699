import { createHash } from "node:crypto";
import { z } from "zod";
import type { Embedder, EmbedOptions, LoadEmbedder } from "../embedder.ts";
import { loadSentenceTransformer } from "../embedders/sentence-transformer.ts";
import { SharedEmbedders } from "../embedders/shared-embedders.ts";
import type { IndexOptions, IndexPlan } from "./embeddings-options.ts";

const Adaptation = z.object({
  path: z.string().optional(),
  query: z.string(),
  data: z.string(),
  dimensionality: z.int().min(1).optional(),
});
type Adaptation = z.infer<typeof Adaptation>;

/** Before what a model is changed by, in the name by which a collection remembers it. */
const ADAPTED = "adapted:";

/** The name of an index's model: what it is changed by is a part of it, so that an index that is there keeps it. */
export function modelName({ path }: IndexPlan, { instructions, dimensionality }: IndexOptions): string | undefined {
  const { query = "", data = "" } = instructions ?? {};
  if (query === "" && data === "" && dimensionality === undefined) return path;
  return ADAPTED + JSON.stringify({ path, query, data, dimensionality } satisfies z.input<typeof Adaptation>);
}

/** Models, each loaded once for all who ask. */
export class Models implements AsyncDisposable {
  readonly #embedders: SharedEmbedders;

  constructor(loadEmbedder: LoadEmbedder = loadSentenceTransformer) {
    this.#embedders = new SharedEmbedders(async (name, settings) => {
      if (!name?.startsWith(ADAPTED)) return loadEmbedder(name, settings);
      const adaptation = Adaptation.parse(JSON.parse(name.slice(ADAPTED.length)));
      return adapted(await loadEmbedder(adaptation.path, settings), adaptation);
    });
  }

  /** For a database, which frees what it loads: what is loaded here ends here. */
  readonly forDatabase: LoadEmbedder = async (model, settings) => {
    const embedder = await this.load(model, settings);
    return { ...bound(embedder), [Symbol.asyncDispose]: async () => undefined };
  };

  readonly load: LoadEmbedder = (model, settings) => this.#embedders.load(model, settings);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#embedders[Symbol.asyncDispose]();
  }
}

/** With what stands before texts, and with as many components as asked for. Other vectors are another model. */
function adapted(embedder: Embedder, { query, data, dimensionality }: Adaptation): Embedder {
  const dimension = Math.min(dimensionality ?? embedder.dimension, embedder.dimension);
  const cut = (vector: Float32Array, { normalize = true }: EmbedOptions = {}) => {
    const first = vector.slice(0, dimension);
    return normalize ? scaled(first) : first;
  };
  const before = data === "" ? "" : `:data=${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;
  return {
    ...bound(embedder),
    model: `${embedder.model}:dimension=${dimension}${before}`,
    dimension,
    embedDocuments: async (texts, options) => {
      const vectors = await embedder.embedDocuments(
        texts.map((text) => data + text),
        options,
      );
      return vectors.map((vector) => cut(vector, options));
    },
    embedQuery: async (text, options) => cut(await embedder.embedQuery(query + text, options), options),
  };
}

function bound(embedder: Embedder): Embedder {
  const { model, dimension, maxTokens } = embedder;
  return {
    model,
    dimension,
    maxTokens,
    countTokens: (texts) => embedder.countTokens(texts),
    embedDocuments: (texts, options) => embedder.embedDocuments(texts, options),
    embedQuery: (text, options) => embedder.embedQuery(text, options),
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  };
}

/** To length 1; a vector without a direction stays. */
export function scaled(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}
