import { readFile, writeFile } from "node:fs/promises";
import type { Answers, Request, Task } from "../protocol.ts";
import { answerRequests } from "./answer-requests.ts";

/** A contestant that runs in Node. */
export interface Encoder {
  readonly versions: Readonly<Record<string, string>>;
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Answers the requests of `protocol.ts` until stdin ends, then ends the process. */
export async function serve(load: (task: Task) => Promise<Encoder>): Promise<void> {
  const worker = new Worker(load);
  await answerRequests<Request, Answers>({
    load: (task) => worker.open(task),
    encode: () => worker.encode(),
    query: ({ times }) => worker.query(times),
    write: ({ file }) => worker.write(file),
  });
}

class Worker {
  readonly #load: (task: Task) => Promise<Encoder>;
  #texts: readonly string[] = [];
  #query = "";
  #encoder: Encoder | undefined;
  #vectors: readonly Float32Array[] = [];

  constructor(load: (task: Task) => Promise<Encoder>) {
    this.#load = load;
  }

  async open(task: Task): Promise<Answers["load"]> {
    this.#texts = JSON.parse(await readFile(task.texts, "utf8")) as string[];
    this.#query = task.query;
    const start = performance.now();
    this.#encoder = await this.#load(task);
    await this.#encode([this.#query]);
    return { ms: performance.now() - start, versions: this.#encoder.versions };
  }

  async encode(): Promise<Answers["encode"]> {
    const { ms, vectors } = await this.#encode(this.#texts);
    this.#vectors = vectors;
    return { ms };
  }

  async query(count: number): Promise<Answers["query"]> {
    const ms: number[] = [];
    for (let time = 0; time < count; time += 1) ms.push((await this.#encode([this.#query])).ms);
    return { ms };
  }

  async write(file: string): Promise<Answers["write"]> {
    await writeFile(file, Buffer.concat(this.#vectors.map(bytesOf)));
    return { dimension: this.#vectors[0]?.length ?? 0 };
  }

  async #encode(texts: readonly string[]): Promise<{ ms: number; vectors: readonly Float32Array[] }> {
    if (this.#encoder === undefined) throw new Error("the first request is `load`");
    const start = performance.now();
    const vectors = await this.#encoder.encode(texts);
    return { ms: performance.now() - start, vectors };
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
