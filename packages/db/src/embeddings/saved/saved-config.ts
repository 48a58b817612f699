import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DbError } from "../../errors.ts";
import { ModelPrecision } from "../../schemas/vectors.ts";
import { defined } from "../embeddings-options.ts";
import type { EmbeddingsOptions } from "../embeddings-options.ts";

/** Larger ones are no configuration. */
const MAX_CONFIG_BYTES = 1_048_576;
export const CONFIG_FILE = "config.json";

const Method = z.enum(["bm25", "tfidf", "sif"]);
const Scoring = z.object({
  method: Method.optional(),
  terms: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
  normalize: z
    .union([
      z.boolean(),
      z.string(),
      z.object({ method: z.string().optional(), alpha: z.number().optional(), beta: z.number().optional() }),
    ])
    .optional(),
  k1: z.number().optional(),
  b: z.number().optional(),
  a: z.number().optional(),
  tokenizer: z
    .object({
      lowercase: z.boolean(),
      emoji: z.boolean(),
      alphanum: z.boolean(),
      stopwords: z.union([z.boolean(), z.array(z.string())]),
      whitespace: z.boolean(),
      ngrams: z.union([z.int(), z.object({ ngrams: z.int(), nmin: z.int(), nmax: z.int() }).partial()]),
    })
    .partial()
    .optional(),
});
const Index = z.object({
  path: z.string().optional(),
  dense: z.union([z.boolean(), z.string()]).optional(),
  precision: ModelPrecision.optional(),
  keyword: z.union([z.boolean(), Method]).optional(),
  hybrid: z.union([z.boolean(), Method]).optional(),
  scoring: z.union([Method, Scoring]).optional(),
  defaults: z.boolean().optional(),
  columns: z
    .object({
      text: z.string().optional(),
      object: z.string().optional(),
      store: z.union([z.null(), z.array(z.string())]).optional(),
    })
    .optional(),
  instructions: z.object({ query: z.string().optional(), data: z.string().optional() }).optional(),
  dimensionality: z.int().min(1).optional(),
  quantize: z.union([z.boolean(), z.int()]).optional(),
});
/** What a folder says of the index in it, in txtai's words. What concerns no text is passed over. */
const SavedConfig = Index.extend({
  content: z.union([z.boolean(), z.string()]).optional(),
  objects: z.union([z.boolean(), z.string()]).optional(),
  indexes: z.record(z.string(), Index).optional(),
  expressions: z
    .array(z.object({ name: z.string(), expression: z.string(), index: z.boolean().optional() }))
    .optional(),
  autoid: z.union([z.int(), z.enum(["uuid1", "uuid3", "uuid4", "uuid5"])]).optional(),
  batch: z.int().min(1).optional(),
  offset: z.int().min(0),
});

export interface SavedIndex {
  readonly options: EmbeddingsOptions;
  /** The next automatic id. */
  readonly nextId: number;
}

/** @throws {DbError} `import_invalid` */
export async function readConfig(folder: string): Promise<SavedIndex> {
  const config = SavedConfig.safeParse(await configIn(folder));
  if (!config.success) {
    const issue = config.error.issues[0];
    throw invalid(
      `${CONFIG_FILE} is none of an index of texts: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`,
    );
  }
  const { content, objects, offset, ...index } = config.data;
  return {
    options: defined({ ...index, content: Boolean(content), objects: Boolean(objects) } as EmbeddingsOptions),
    nextId: typeof index.autoid === "number" ? index.autoid : offset,
  };
}

/** Whether a folder holds an index that was saved whole. */
export async function isSaved(folder: string): Promise<boolean> {
  try {
    const config = await configIn(folder);
    return typeof config === "object" && config !== null && "offset" in config;
  } catch (error) {
    if (error instanceof DbError) return false;
    throw error;
  }
}

async function configIn(folder: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(folder, CONFIG_FILE), "utf8");
  } catch (cause) {
    throw new DbError("import_invalid", `There is no ${CONFIG_FILE} in the folder.`, {
      hint: "An index of txtai is saved with format: json, and not as an archive.",
      cause,
    });
  }
  if (text.length > MAX_CONFIG_BYTES) throw invalid(`${CONFIG_FILE} is larger than ${MAX_CONFIG_BYTES} bytes.`);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${CONFIG_FILE} is not JSON.`);
  }
}

export function invalid(message: string): DbError {
  return new DbError("import_invalid", message);
}
