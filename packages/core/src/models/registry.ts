import { z } from "zod";

import { ModelError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { RootNames, Weights } from "../weights/weights.ts";
import type { Architecture, EncoderConfig, EncoderInputs } from "./architecture.ts";
import { bert } from "./bert.ts";

/** By the `model_type` of config.json. */
const architectures: Readonly<Record<string, Encoder>> = { bert: bound(bert) };

/** An encoder with its configuration read: what remains is to build it. */
export interface ConfiguredEncoder {
  readonly hiddenSize: number;
  readonly maxPositions: number;
  readonly rootNames: RootNames;
  build(graph: GraphBuilder, weights: Weights, inputs: EncoderInputs): Value;
}

/** Finds the architecture that a config.json names and reads the configuration with it. */
export function configureEncoder(config: unknown): ConfiguredEncoder {
  const { model_type: type } = ModelType.parse(config);
  const encoder = Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (encoder === undefined) {
    throw new ModelError("architecture_unsupported", `Models of type ${JSON.stringify(type)} are not supported.`, {
      details: { modelType: type, supported: Object.keys(architectures) },
      hint: `Supported types: ${Object.keys(architectures).join(", ")}.`,
    });
  }
  return encoder(config);
}

const ModelType = z.object({ model_type: z.string() });

type Encoder = (config: unknown) => ConfiguredEncoder;

// Hides each architecture's own configuration type, so that the registry can hold them all.
function bound<Config extends EncoderConfig>(architecture: Architecture<Config>): Encoder {
  return (json) => {
    const parsed = architecture.config.safeParse(json);
    if (!parsed.success) {
      throw new ModelError(
        "model_invalid",
        `config.json does not describe a usable model: ${z.prettifyError(parsed.error)}`,
        {
          cause: parsed.error,
        },
      );
    }
    const config = parsed.data;
    return {
      hiddenSize: config.hidden_size,
      maxPositions: architecture.maxPositions(config),
      rootNames: architecture.rootNames,
      build: (graph, weights, inputs) => architecture.build(graph, weights, config, inputs),
    };
  };
}
