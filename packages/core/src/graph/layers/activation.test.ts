import { expect, test } from "vitest";

import { openSession } from "../../tensors/session.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { activationNames, activations } from "./activation.ts";
import type { ActivationName } from "./activation.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const tanhGelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const gelu = (x: number): number => x * normalDistribution(x);
const silu = (x: number): number => x * sigmoid(x);

/** activations.py, in float64. */
const formulas: Record<ActivationName, (x: number) => number> = {
  gelu,
  gelu_python: gelu,
  gelu_accurate: tanhGelu,
  gelu_fast: tanhGelu,
  gelu_new: tanhGelu,
  gelu_python_tanh: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  relu: (x) => Math.max(0, x),
  sigmoid,
  silu,
  swish: silu,
  tanh: Math.tanh,
};

test.each(activationNames)("%s", async (name) => {
  const inputs = Int32Array.from({ length: 201 }, (_, index) => index - 100);
  const graph = new GraphBuilder("/");
  const tenths = graph.widen(graph.input("tenths", { type: "int32", dims: ["n"] }));
  const x = graph.node("Div", [tenths, graph.scalar(10)]); // -10 … 10
  graph.output("y", activations[name](graph, x), { type: "float32", dims: ["n"] });
  const session = await openSession({ model: graph.finish(), weightsFolder: "/", threads: 1 });
  const { data } = await session.run({ tenths: { data: inputs, dims: [inputs.length] } });
  await session.release();
  for (const [index, y] of data.entries()) expect(y).toBeCloseTo(formulas[name]((index - 100) / 10), 5);
});

// Φ(x) by Simpson's rule.
function normalDistribution(x: number): number {
  const steps = 2000;
  const width = x / steps;
  let sum = density(0) + density(x);
  for (let step = 1; step < steps; step++) sum += (step % 2 === 0 ? 2 : 4) * density(step * width);
  return 0.5 + (sum * width) / 3;
}

function density(at: number): number {
  return Math.exp(-(at ** 2) / 2) / Math.sqrt(2 * Math.PI);
}
