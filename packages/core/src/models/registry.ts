import { z } from "zod";

import { ModelError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { nearestName } from "../nearest-name.ts";
import type { EncoderWeights, RootNames } from "../weights/weights.ts";
import type { Architecture, EncoderConfig, EncoderInputs } from "./architecture.ts";
import { albert } from "./albert.ts";
import { bert } from "./bert.ts";
import { distilbert } from "./distilbert.ts";
import { electra } from "./electra.ts";
import { modernbert } from "./modernbert.ts";
import { mpnet } from "./mpnet.ts";
import { nomicBert } from "./nomic-bert.ts";
import { roberta } from "./roberta.ts";

/** By the `model_type` of config.json. */
const architectures: Readonly<Record<string, Encoder>> = {
  albert: bound(albert),
  bert: bound(bert),
  camembert: bound(roberta),
  distilbert: bound(distilbert),
  electra: bound(electra),
  modernbert: bound(modernbert),
  mpnet: bound(mpnet),
  nomic_bert: bound(nomicBert),
  roberta: bound(roberta),
  "xlm-roberta": bound(roberta),
};

/** An encoder with its configuration read: what remains is to build it. */
export interface ConfiguredEncoder {
  readonly hiddenSize: number;
  /** The longest sequence in tokens, special tokens included. */
  readonly maxPositions: number;
  /** Rows of the word table: token ids are smaller than this. */
  readonly vocabularySize: number;
  /** Components of the logits that `classify` gives, as transformers counts them (2 unless config.json says otherwise). */
  readonly labels: number;
  readonly rootNames: RootNames;
  /** What people are told of the architecture; absent for a graph that somebody else built. */
  readonly shape?: EncoderShape;
  /** Token ids [B,S] → hidden states [B,S,H]. */
  build(graph: GraphBuilder, weights: EncoderWeights, inputs: EncoderInputs): Value;
  /**
   * The head of transformers' …ForSequenceClassification: hidden states [B,S,H] → logits [B,labels], before any
   * activation. `inputs` are those that `build` was given. Absent where transformers has no such model.
   * @throws {ModelError} `weights_invalid` when the checkpoint has no such head.
   */
  classify?: (graph: GraphBuilder, weights: EncoderWeights, hiddenStates: Value, inputs: EncoderInputs) => Value;
}

interface EncoderShape {
  /** The `model_type` of config.json. */
  readonly modelType: string;
  readonly layers: number;
  readonly heads: number;
}

/** Finds the architecture that a config.json names and reads the configuration with it. */
export function configureEncoder(config: unknown): ConfiguredEncoder {
  const { model_type: type } = ModelType.parse(config);
  const encoder = Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (encoder === undefined) {
    throw new ModelError("architecture_unsupported", `Models of type ${JSON.stringify(type)} are not supported.`, {
      details: { modelType: type, supported: Object.keys(architectures) },
      hint: hintFor(type),
    });
  }
  return encoder(config);
}

function hintFor(type: string): string {
  const names = Object.keys(architectures);
  const nearest = nearestName(type, names);
  return `${nearest === undefined ? "" : `Did you mean ${nearest}? `}Supported types: ${names.join(", ")}.`;
}

const ModelType = z.object({ model_type: z.string() });

type Encoder = (config: unknown) => ConfiguredEncoder;

// Hides each architecture's own configuration type, so that the registry can hold them all.
function bound<Config extends EncoderConfig>(architecture: Architecture<Config>): Encoder {
  return (json) => {
    const { classify } = architecture;
    const config = parse(architecture.config, json);
    const labels = countLabels(parse(LabelConfig, json));
    return {
      hiddenSize: config.hidden_size,
      maxPositions: architecture.maxPositions(config),
      vocabularySize: config.vocab_size,
      labels,
      rootNames: architecture.rootNames,
      shape: {
        modelType: ModelType.parse(json).model_type,
        layers: config.num_hidden_layers,
        heads: config.num_attention_heads,
      },
      build: (graph, weights, inputs) => architecture.build(graph, weights, config, inputs),
      ...(classify && {
        classify: (graph, weights, hiddenStates, { attentionMask }) =>
          classify(graph, weights, config, { hiddenStates, attentionMask, labels }),
      }),
    };
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problem = z.prettifyError(parsed.error);
  throw new ModelError("model_invalid", `config.json does not describe a usable model: ${problem}`, {
    cause: parsed.error,
  });
}

// configuration_utils.py PreTrainedConfig.num_labels: what saves a configuration writes the labels' names, not their number.
const LabelConfig = z.object({
  id2label: z.record(z.string(), z.unknown()).nullish(),
  num_labels: z.int().positive().nullish(),
});
const DEFAULT_LABELS = 2;

function countLabels({ id2label, num_labels: count }: z.infer<typeof LabelConfig>): number {
  return id2label === null || id2label === undefined ? (count ?? DEFAULT_LABELS) : Object.keys(id2label).length;
}
