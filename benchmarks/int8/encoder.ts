import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildOnnxModel, locateModel, normalize, Tokenizer } from "@galen/core";
import type { ModelPrecision } from "@galen/core";
import { InferenceSession, Tensor } from "onnxruntime-node";

const BATCH_TOKENS = 384;
const MAX_TOKENS = 256; // what all-MiniLM-L6-v2 reads of a text

/** One session on one thread, without the engine around it: what remains is the graph. */
export interface GraphEncoder {
  readonly precision: ModelPrecision;
  readonly openMs: number;
  /** Vectors of unit length, in order; texts of one length are computed together, or each alone. */
  encode(texts: readonly Int32Array[], options?: { readonly alone?: boolean }): Promise<Float32Array[]>;
}

/** Opens the built-in model. */
export async function openGraphEncoder(precision: ModelPrecision): Promise<GraphEncoder> {
  const folder = await locateFolder();
  const { bytes, weightsFolder } = await buildOnnxModel(folder, { precision, attentionMask: false });
  const start = performance.now();
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableMemPattern: false,
    graphOptimizationLevel: "basic",
    extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
  });
  const openMs = performance.now() - start;
  const run = async (rows: readonly Int32Array[]): Promise<Float32Array[]> => {
    const length = rows[0]?.length ?? 0;
    const ids = Int32Array.from(rows.flatMap((row) => [...row]));
    const { sentence_embedding: output } = await session.run({
      input_ids: new Tensor("int32", ids, [rows.length, length]),
    });
    const data = output?.data as Float32Array;
    const size = data.length / rows.length;
    return rows.map((_, row) => normalize(data.subarray(row * size, (row + 1) * size)));
  };
  return {
    precision,
    openMs,
    encode: async (texts, { alone = false } = {}) => {
      const vectors: Float32Array[] = Array.from({ length: texts.length });
      for (const places of batches(texts, { maxTokens: alone ? 1 : BATCH_TOKENS })) {
        const results = await run(places.map((place) => texts[place] ?? new Int32Array()));
        for (const [row, place] of places.entries()) vectors[place] = results[row] ?? new Float32Array();
      }
      return vectors;
    },
  };
}

/** Texts as token ids, cut where the model stops reading. */
export async function tokenize(texts: readonly string[]): Promise<Int32Array[]> {
  const folder = await locateFolder();
  const tokenizer = await Tokenizer.fromJson(await readFile(join(folder, "tokenizer.json"), "utf8"));
  const tokenized = await tokenizer.encode(texts, { maxLength: MAX_TOKENS });
  return tokenized.map(({ ids }) => ids);
}

async function locateFolder(): Promise<string> {
  const located = await locateModel();
  if (located === undefined) throw new Error("The built-in model is not installed.");
  return located.path;
}

// Places of texts that have one length, at least one text in each batch.
function batches(texts: readonly Int32Array[], { maxTokens }: { readonly maxTokens: number }): number[][] {
  const byLength = Map.groupBy(texts.keys(), (place) => texts[place]?.length ?? 0);
  return [...byLength].flatMap(([length, places]) => {
    const size = Math.max(1, Math.floor(maxTokens / length));
    return Array.from({ length: Math.ceil(places.length / size) }, (_, index) =>
      places.slice(index * size, (index + 1) * size),
    );
  });
}
