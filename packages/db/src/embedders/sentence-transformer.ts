import { ModelError } from "@galen/core";
import type { LoadEmbedder } from "../embedder.ts";

export const loadSentenceTransformer: LoadEmbedder = async () => {
  throw new ModelError("model_not_found", "not merged yet");
};
