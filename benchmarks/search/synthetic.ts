import type { Embedder } from "@galen/db";

/** As the built-in model's. */
const DIMENSION = 384;
const SUBJECTS = 200;
/** How far a text is from its subject: nearest neighbours are of one subject, and not equally near. */
const SPREAD = 0.6;
const VOCABULARY = 5_000;
const WORDS = 40;
/** Values of the field that filters compare: a thousandth has each. */
export const BUCKETS = 1_000;

/** A generator of its own, so that every run measures the same. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function gaussOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** Documents of 40 words each, frequent ones as in a language; the first word is the number that decides the vector. */
export function syntheticDocument(at: number) {
  const random = randomOf(at * 2_654_435_761 + 1);
  const words = Array.from({ length: WORDS }, () => `w${Math.floor(VOCABULARY ** random())}`);
  const bucket = Math.floor(random() * BUCKETS);
  return { id: `d${at}`, text: `s${at} ${words.join(" ")}.`, metadata: { bucket } };
}

/** The vector of a text that begins with a number: near one of a few hundred subjects, as embeddings of a collection are. */
export class SyntheticEmbedder implements Embedder {
  readonly model = "synthetic";
  readonly dimension = DIMENSION;
  readonly maxTokens = 256;
  readonly #subjects = Array.from({ length: SUBJECTS }, (_, at) =>
    unit(Array.from({ length: DIMENSION }, gaussOf(randomOf(at + 7)))),
  );

  async countTokens(texts: readonly string[]): Promise<number[]> {
    return texts.map((text) => text.split(" ").length);
  }

  async embedDocuments(texts: readonly string[]): Promise<Float32Array[]> {
    return texts.map((text) => this.vectorOf(text));
  }

  async embedQuery(text: string): Promise<Float32Array> {
    return this.vectorOf(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  vectorOf(text: string): Float32Array {
    const number = Number(/^[sq](\d+)/.exec(text)?.[1] ?? 0);
    const gauss = gaussOf(randomOf(number * 40_503 + (text.startsWith("q") ? 1 : 2)));
    const subject = this.#subjects[number % SUBJECTS] ?? new Float32Array(DIMENSION);
    const scale = SPREAD / Math.sqrt(DIMENSION);
    return unit(Array.from(subject, (value) => value + scale * gauss()));
  }
}

function unit(values: readonly number[]): Float32Array {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}
