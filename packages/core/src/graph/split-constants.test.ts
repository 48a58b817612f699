import { expect, test } from "vitest";

import { GraphBuilder } from "./graph-builder.ts";
import { splitConstants } from "./split-constants.ts";

const operators = ({ nodes }: { readonly nodes: readonly { readonly operator: string }[] }): string[] =>
  nodes.map(({ operator }) => operator);

test("what no input reaches is cut off, and its results become the rest's initializers", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", { type: "float32", dims: [3] });
  const doubled = graph.node("Mul", [graph.floats(Float32Array.of(1, 2, 3)), graph.scalar(2)]);
  const negative = graph.node("Neg", [doubled]);
  const sum = graph.node("Add", [x, negative]);
  graph.output("y", graph.node("Clip", [sum, undefined, graph.scalar(9)]), { type: "float32", dims: [3] });

  const { preparation, model, constants } = splitConstants(graph.describe());
  expect(operators(preparation)).toEqual(["Mul", "Neg"]);
  expect(preparation.outputs).toEqual([{ name: negative }]);
  expect(preparation.inputs).toEqual([]);
  expect(preparation.initializers).toHaveLength(2);
  expect(operators(model)).toEqual(["Add", "Clip", "Identity"]);
  expect(model.initializers).toHaveLength(1); // the clip's
  expect(model.inputs).toEqual(graph.describe().inputs);
  expect(constants).toEqual([]);
});

test("an output that depends on no input goes with the preparation", () => {
  const graph = new GraphBuilder();
  graph.output("known", graph.node("Neg", [graph.scalar(1)]), { type: "float32", dims: [] });
  graph.output("y", graph.input("x", { type: "float32", dims: [] }), { type: "float32", dims: [] });
  const { preparation, model, constants } = splitConstants(graph.describe());
  expect(constants).toEqual(["known"]);
  expect(preparation.outputs).toEqual([{ name: "known" }]);
  expect(model.outputs).toMatchObject([{ name: "y" }]);
});
