import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Answers, Request, Task } from "../protocol.ts";

/** A contestant that runs in Node. */
export interface Encoder {
  readonly versions: Readonly<Record<string, string>>;
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Answers the requests of `protocol.ts` until stdin ends, then ends the process. */
export async function serve(load: (task: Task) => Promise<Encoder>): Promise<void> {
  const worker = new Worker(load);
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await worker.answer(JSON.parse(line) as Request).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit();
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

  async answer(request: Request): Promise<Answers[Request["do"]]> {
    switch (request.do) {
      case "load":
        return this.#open(request);
      case "encode": {
        const { ms, vectors } = await this.#encode(this.#texts);
        this.#vectors = vectors;
        return { ms };
      }
      case "query":
        return { ms: await this.#times(request.times) };
      case "write":
        await writeFile(request.file, Buffer.concat(this.#vectors.map(bytesOf)));
        return { dimension: this.#vectors[0]?.length ?? 0 };
    }
  }

  async #open(task: Task): Promise<Answers["load"]> {
    this.#texts = JSON.parse(await readFile(task.texts, "utf8")) as string[];
    this.#query = task.query;
    const start = performance.now();
    this.#encoder = await this.#load(task);
    await this.#encode([this.#query]);
    return { ms: performance.now() - start, versions: this.#encoder.versions };
  }

  async #times(count: number): Promise<number[]> {
    const durations: number[] = [];
    for (let time = 0; time < count; time += 1) durations.push((await this.#encode([this.#query])).ms);
    return durations;
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
