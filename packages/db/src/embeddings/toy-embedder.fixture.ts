import type { Embedder } from "../embedder.ts";

const TOPICS = [
  ["diabetes", "insulin", "metformin", "glargine"],
  ["stroke", "aspirin"],
  ["statins", "ldl", "cholesterol"],
  ["beta", "mortality", "infarction"],
  ["risk", "cardiovascular"],
] as const;
/** So that no text is without a direction. */
const CONSTANT = 0.25;

/** The encoder of the acceptance cases: how often a text has words of five topics, and a constant, scaled to length 1. */
export function toyVector(text: string): Float32Array {
  const lower = text.toLowerCase();
  const counts = TOPICS.map((words) => words.reduce((sum, word) => sum + lower.split(word).length - 1, 0));
  const norm = Math.hypot(...counts, CONSTANT);
  return Float32Array.from([...counts, CONSTANT], (value) => value / norm);
}

export async function loadToyEmbedder(): Promise<Embedder> {
  return {
    model: "toy",
    dimension: TOPICS.length + 1,
    maxTokens: 512,
    countTokens: async (texts) => texts.map((text) => text.split(/\s+/).length),
    embedDocuments: async (texts) => texts.map(toyVector),
    embedQuery: async (text) => toyVector(text),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
