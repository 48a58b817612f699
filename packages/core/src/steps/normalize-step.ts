import { z } from "zod";

import { normalizeRows } from "../vectors/normalize.ts";
import { flowFields, flowOf, requireSize, requireValue } from "./features.ts";
import type { FeatureFlow } from "./features.ts";
import type { StepKind } from "./step.ts";

/** x / max(‖x‖₂, 1e-12) over the last axis. */
export interface NormalizeStep extends FeatureFlow {
  readonly kind: "normalize";
}

const NormalizeConfig = z
  .object(flowFields)
  .transform((config) => (): NormalizeStep => ({ kind: "normalize", ...flowOf(config) }));

/** sentence-transformers, base/modules/normalize.py */
export const normalizeStep: StepKind<NormalizeStep> = {
  config: NormalizeConfig,
  needsConfig: false,
  hasWeights: false,
  resize: ({ input, output }, sizes) => ({ ...sizes, [output]: requireSize(sizes, input, "Normalize") }),
  build: (graph, { input, output }, features) => ({
    ...features,
    [output]: normalizeRows(graph, requireValue(features, input, "Normalize")),
  }),
  describe: ({ input }) => (input === "token_embeddings" ? "normalized-tokens" : "normalized"),
};
