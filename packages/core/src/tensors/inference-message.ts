// What the pool and its worker threads say to each other. Buffers are transferred, never copied.

/** A tensor that can be posted to another thread. */
export interface Tensor<Data extends Float32Array | Int32Array = Float32Array | Int32Array> {
  readonly data: Data;
  readonly dims: readonly number[];
}

/** The graph's inputs by name. */
export type Feeds = Readonly<Record<string, Tensor<Int32Array>>>;

/** What a worker is started with. */
export interface WorkerSetup {
  readonly model: Uint8Array;
  readonly weightsFolder: string;
  readonly threads: number;
}

export type WorkerRequest =
  /** Without a name, the graph's first output is computed. */
  { readonly kind: "run"; readonly feeds: Feeds; readonly output?: string | undefined } | { readonly kind: "close" };

export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly output: Tensor<Float32Array> }
  | { readonly kind: "failed"; readonly reason: string };
