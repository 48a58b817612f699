import { buildOnnxModel } from "@galen/core";
import { Tensor } from "onnxruntime-node";
import { quantile, round } from "../../statistics.ts";
import { productModel } from "./product-model.ts";
import type { ProductKind } from "./product-model.ts";
import { profileModel } from "./session-profile.ts";
import type { NodeTime } from "./session-profile.ts";
import { sharesOf, weightProducts } from "./shares.ts";
import type { OperatorShare, WeightProduct } from "./shares.ts";

/** Where a precision of Galen spends its time on one core, and what its matrix products alone would cost. */
export interface Profile {
  readonly precision: ProductKind;
  readonly batch: { readonly texts: number; readonly tokens: number };
  /** All kernels together. */
  readonly ns_per_token: number;
  readonly operators: readonly OperatorShare[];
  /** The products of tokens and weights as they run in the graph, with what is fused into them. */
  readonly products_ns_per_token: number;
  /** The same products alone, again and again: the most that this library does on this machine. */
  readonly gemm_ns_per_token: number;
  readonly gemm: readonly Gemm[];
  /** What all kernels, and what the products alone would come to on the cores of the contest. */
  readonly kernels_tokens_per_second: number;
  readonly gemm_tokens_per_second: number;
}

/** A product as it runs alone. */
interface Gemm extends Omit<WeightProduct, "microseconds"> {
  /** Of one of them, in microseconds. */
  readonly in_graph_us: number;
  readonly alone_us: number;
  readonly alone_gops: number;
}

/** A batch of Galen's budget of 256 tokens, of a length near the mean of the benchmark's texts. */
const BATCH = { texts: 8, tokens: 256 };

/** Profiles of fp32 and, where this version of Galen has it, of int8. */
export async function measureProfiles(
  model: string,
  { cores, onProgress }: { cores: number; onProgress: (what: string) => void },
): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const precision of ["fp32", "int8"] as const) {
    onProgress(`profile of ${precision}`);
    const options = { attentionMask: false, ...(precision === "int8" && { precision }) };
    const { bytes, weightsFolder } = await buildOnnxModel(model, options);
    const nodes = await profileModel(bytes, { feeds: { input_ids: tokenIds() }, weightsFolder });
    const isInt8 = weightProducts(nodes, BATCH.tokens).some(({ kind }) => kind === "int8");
    if (precision === "int8" && !isInt8) break; // this version of Galen does not know the option
    profiles.push(await profileOf(nodes, { precision, cores }));
  }
  return profiles;
}

async function profileOf(
  nodes: readonly NodeTime[],
  { precision, cores }: { precision: ProductKind; cores: number },
): Promise<Profile> {
  const { tokens } = BATCH;
  const gemm: Gemm[] = [];
  for (const product of weightProducts(nodes, tokens)) gemm.push(await gemmOf(product));
  const total = sum(nodes.map(({ microseconds }) => microseconds));
  const inGraph = sum(gemm.map(({ in_graph_us, count }) => in_graph_us * count));
  const alone = sum(gemm.map(({ alone_us, count }) => alone_us * count));
  const nsPerToken = (microseconds: number): number => round((microseconds * 1000) / tokens, 0);
  const perSecond = (microseconds: number): number => round((cores * tokens * 1e6) / microseconds, 0);
  return {
    precision,
    batch: BATCH,
    ns_per_token: nsPerToken(total),
    operators: sharesOf(nodes, tokens),
    products_ns_per_token: nsPerToken(inGraph),
    gemm_ns_per_token: nsPerToken(alone),
    gemm,
    kernels_tokens_per_second: perSecond(total),
    gemm_tokens_per_second: perSecond(alone),
  };
}

async function gemmOf({ microseconds, ...product }: WeightProduct): Promise<Gemm> {
  const { kind, inputs, outputs, count } = product;
  const size = BATCH.tokens * inputs;
  const x =
    kind === "int8"
      ? new Tensor("uint8", new Uint8Array(size).fill(93), [BATCH.tokens, inputs])
      : new Tensor("float32", new Float32Array(size).fill(0.93), [BATCH.tokens, inputs]);
  const model = productModel(kind, { rows: BATCH.tokens, inputs, outputs });
  const times = await profileModel(model, { feeds: { x } });
  const alone_us = quantile(
    times.map((node) => node.microseconds),
    0.5,
  );
  const operations = 2 * size * outputs;
  return {
    ...product,
    in_graph_us: round(microseconds / count),
    alone_us,
    alone_gops: round(operations / alone_us / 1000, 0),
  };
}

/** Spread over the word table, as the ids of texts are. */
function tokenIds(): Tensor {
  const ids = Int32Array.from({ length: BATCH.tokens }, (_, index) => 1000 + ((index * 7919) % 28_000));
  return new Tensor("int32", ids, [BATCH.texts, BATCH.tokens / BATCH.texts]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
