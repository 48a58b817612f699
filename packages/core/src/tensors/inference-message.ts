import type { RunGate } from "./run-gate.ts";

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
  /** A serialized ONNX model; its memory may be shared between threads. */
  readonly model: Uint8Array;
  /** What must be computed before `model` can be opened; one worker does so for all. */
  readonly preparation?: Preparation | undefined;
  readonly weightsFolder: string;
  /** An encoder that is computed before `model`, which then takes its `hidden_states`. */
  readonly encoderFile?: EncoderFile | undefined;
  readonly threads: number;
}

/** An ONNX model without inputs. */
export interface Preparation {
  /** Its outputs are initializers that `WorkerSetup.model` lacks. */
  readonly model: Uint8Array;
  /** Those of its outputs that are not, but are reported. */
  readonly reported: readonly string[];
  /** Cores to compute it with. */
  readonly threads: number;
}

/** What a preparation came to. */
export interface PreparedModel {
  /** `WorkerSetup.model` with all its initializers, in memory that threads share. */
  readonly model: Uint8Array;
  readonly reported: Readonly<Record<string, Tensor<Float32Array>>>;
}

/** What the thread itself gets. */
export interface GatedSetup extends WorkerSetup {
  readonly gate: RunGate;
}

/** An encoder that somebody exported to ONNX. */
export interface EncoderFile {
  readonly path: string;
  /** Its inputs and their types: `input_ids`, and where it wants them `attention_mask` and `token_type_ids`. */
  readonly inputs: Readonly<Record<string, "int32" | "int64">>;
  /** The output with the hidden states, float32 [batch, sequence, hidden]. */
  readonly output: string;
}

export type WorkerRequest =
  /** Without a name, the graph's first output is computed. */
  { readonly kind: "run"; readonly feeds: Feeds; readonly output?: string | undefined } | { readonly kind: "close" };

export type WorkerReply =
  | { readonly kind: "ready"; readonly prepared?: PreparedModel | undefined }
  | { readonly kind: "result"; readonly output: Tensor<Float32Array> }
  | { readonly kind: "failed"; readonly reason: string };
