import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { activations, leastActivations } from "../../graph/layers/activation.ts";
import type { ActivationName } from "../../graph/layers/activation.ts";
import { multiHeadAttention } from "../../graph/layers/attention.ts";
import { layerNorm } from "../../graph/layers/layer-norm.ts";
import { encoderLinear, encoderLinears } from "../../graph/layers/encoder-linear.ts";
import type { LinearLayer } from "../../graph/layers/encoder-linear.ts";
import type { Weights } from "../../weights/weights.ts";
import { onRows } from "./token-rows.ts";
import type { TokenRows } from "./token-rows.ts";

/**
 * The encoder of "Attention Is All You Need" (arXiv:1706.03762), normalized after each residual connection: [B,S,E] →
 * [B,S,H].
 *
 * BERT and most of its descendants compute it alike and differ in what they call its tensors. In transformers the layers
 * are BertLayer, RobertaLayer, ElectraLayer, MPNetLayer, AlbertLayer and DistilBERT's TransformerBlock. Shapes: B texts,
 * S tokens each, T = B·S, E embedding, H hidden, I intermediate, N heads.
 */
export function postNormEncoder(graph: GraphBuilder, config: EncoderSizes, parts: EncoderParts): Value {
  const { embedded, layers, names, projection, attentionMask, scoreBias } = parts;
  const { hidden_size: size, embedding_size: embeddingSize = size } = config;
  return onRows(graph, embedded, { size, embeddingSize }, (tokens) => {
    let hidden = tokens.rows; // [T,E]
    if (projection !== undefined) {
      const sizes = { inputs: embeddingSize, outputs: size };
      hidden = encoderLinear(graph, { rows: hidden, normalized: true }, { weights: projection, ...sizes }); // → [T,H]
    }
    for (const weights of layers) {
      hidden = layer(graph, weights, { names, config }, { hidden, tokens, attentionMask, scoreBias }); // [T,H] → [T,H]
    }
    return hidden;
  });
}

interface EncoderParts {
  /** [B,S,E] */
  readonly embedded: Value;
  /** The weights of each layer, first to last. */
  readonly layers: readonly Weights[];
  readonly names: LayerNames;
  /** From the embeddings' size to that of hidden states; absent where the two are one. */
  readonly projection?: Weights | undefined;
  /** int32 [B,S]; absent when no text is padded. */
  readonly attentionMask: Value | undefined;
  /** float32 [1,N,S,S], for models that know relative positions. */
  readonly scoreBias?: Value;
}

/** Where the parts of a layer lie, below the layer's own scope. */
export interface LayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly intermediate: string;
  readonly output: string;
  readonly outputNorm: string;
}

interface EncoderSizes extends LayerConfig {
  /** @default hidden_size */
  readonly embedding_size?: number;
}

interface LayerConfig {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly hidden_act: ActivationName;
  readonly layer_norm_eps: number;
}

interface NamedLayer {
  readonly names: LayerNames;
  readonly config: LayerConfig;
}

interface LayerInput {
  /** [T,H] */
  readonly hidden: Value;
  readonly tokens: TokenRows;
  readonly attentionMask: Value | undefined;
  readonly scoreBias: Value | undefined;
}

function layer(graph: GraphBuilder, weights: Weights, layer: NamedLayer, input: LayerInput): Value {
  const context = selfAttention(graph, weights, layer, input); // [T,H]
  const attended = selfOutput(graph, weights, layer, { context, hidden: input.hidden }); // [T,H]
  const expanded = intermediate(graph, weights, layer, attended); // [T,I]
  return output(graph, weights, layer, { expanded, attended }); // [T,H]
}

function selfAttention(
  graph: GraphBuilder,
  weights: Weights,
  { names, config }: NamedLayer,
  { hidden, tokens, attentionMask, scoreBias }: LayerInput,
): Value {
  const sizes = { inputs: config.hidden_size, outputs: config.hidden_size };
  const layer = (name: string): LinearLayer => ({ weights: weights.scope(name), ...sizes });
  const layers = [layer(names.query), layer(names.key), layer(names.value)] as const;
  const projected = encoderLinears(graph, { rows: hidden, normalized: true }, layers);
  const [query, key, value] = [
    tokens.toTexts(projected[0]),
    tokens.toTexts(projected[1]),
    tokens.toTexts(projected[2]),
  ]; // [B,S,H]
  const heads = config.num_attention_heads;
  return tokens.toRows(multiHeadAttention(graph, { query, key, value, attentionMask, scoreBias, heads })); // [T,H]
}

function selfOutput(
  graph: GraphBuilder,
  weights: Weights,
  { names, config }: NamedLayer,
  { context, hidden }: { context: Value; hidden: Value },
): Value {
  const sizes = { inputs: config.hidden_size, outputs: config.hidden_size };
  const projection = { weights: weights.scope(names.attentionOutput), ...sizes };
  const projected = encoderLinear(graph, { rows: context }, projection); // [T,H]
  return norm(graph, weights.scope(names.attentionNorm), config, graph.node("Add", [projected, hidden]));
}

function intermediate(graph: GraphBuilder, weights: Weights, { names, config }: NamedLayer, attended: Value): Value {
  const sizes = { inputs: config.hidden_size, outputs: config.intermediate_size };
  const expansion = { weights: weights.scope(names.intermediate), ...sizes };
  const expanded = encoderLinear(graph, { rows: attended, normalized: true }, expansion);
  return activations[config.hidden_act](graph, expanded); // [T,I]
}

function output(
  graph: GraphBuilder,
  weights: Weights,
  { names, config }: NamedLayer,
  { expanded, attended }: { expanded: Value; attended: Value },
): Value {
  const sizes = { inputs: config.intermediate_size, outputs: config.hidden_size };
  const input = { rows: expanded, least: leastActivations[config.hidden_act] };
  const projected = encoderLinear(graph, input, { weights: weights.scope(names.output), ...sizes }); // [T,H]
  return norm(graph, weights.scope(names.outputNorm), config, graph.node("Add", [projected, attended]));
}

function norm(graph: GraphBuilder, weights: Weights, config: LayerConfig, input: Value): Value {
  return layerNorm(graph, weights, input, { size: config.hidden_size, epsilon: config.layer_norm_eps });
}
