import { round } from "../../statistics.ts";
import type { ProductKind } from "./product-model.ts";
import type { NodeTime } from "./session-profile.ts";

/** What the nodes of one kind cost together. */
export interface OperatorShare {
  /** The operator, for products of weights with its dimensions: `Gemm 384 × 1536`. */
  readonly operator: string;
  readonly count: number;
  readonly ns_per_token: number;
  readonly percent: number;
}

/** All products of tokens with weights of one size. */
export interface WeightProduct {
  readonly kind: ProductKind;
  readonly inputs: number;
  readonly outputs: number;
  readonly count: number;
  /** Of all of them together. */
  readonly microseconds: number;
}

const products: Readonly<Record<string, ProductKind>> = {
  MatMul: "fp32",
  Gemm: "fp32",
  FusedMatMul: "fp32",
  FusedGemm: "fp32",
  MatMulInteger: "int8",
  MatMulIntegerToFloat: "int8",
  DynamicQuantizeMatMul: "int8",
};

/** Where the time goes, the largest share first. */
export function sharesOf(nodes: readonly NodeTime[], tokens: number): OperatorShare[] {
  const total = sum(nodes);
  const label = (node: NodeTime): string => {
    const product = weightProduct(node, tokens);
    return product === undefined ? node.operator : `${node.operator} ${product.inputs} × ${product.outputs}`;
  };
  return [...Map.groupBy(nodes, label)]
    .map(([operator, group]) => ({
      operator,
      count: group.length,
      ns_per_token: round((sum(group) * 1000) / tokens, 0),
      percent: round((sum(group) / total) * 100),
    }))
    .toSorted((a, b) => b.ns_per_token - a.ns_per_token);
}

/** The products of all tokens with weights; what attention multiplies is not among them. */
export function weightProducts(nodes: readonly NodeTime[], tokens: number): WeightProduct[] {
  const found = nodes.flatMap((node) => {
    const product = weightProduct(node, tokens);
    return product === undefined ? [] : [{ node, product }];
  });
  const groups = Map.groupBy(found, ({ product: { kind, inputs, outputs } }) => `${kind} ${inputs} ${outputs}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return { ...first.product, count: group.length, microseconds: sum(group.map(({ node }) => node)) };
  });
}

function weightProduct({ operator, input, output }: NodeTime, tokens: number) {
  const kind = products[operator];
  const rows = input.slice(0, -1).reduce((product, dim) => product * dim, 1);
  const [inputs, outputs] = [input.at(-1), output.at(-1)];
  if (kind === undefined || rows !== tokens || inputs === undefined || outputs === undefined) return undefined;
  return { kind, inputs, outputs };
}

function sum(nodes: readonly NodeTime[]): number {
  return nodes.reduce((total, { microseconds }) => total + microseconds, 0);
}
