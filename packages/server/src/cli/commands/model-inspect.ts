import { inspectModel, type ModelInspection } from "@galen/core";
import { loadConfig } from "../../config.ts";
import { interruptible } from "../interruptible.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize, count, counted, plain } from "../text.ts";

export interface InspectOptions {
  readonly config?: string;
  readonly model?: string;
  readonly json?: boolean;
}

/** `galen model inspect`: what a model is, by its files alone. */
export async function inspect(options: InspectOptions, terminal: Terminal): Promise<void> {
  const { model } = loadConfig({ flags: { model: options.model }, file: options.config });
  const found = await interruptible((signal) => inspectModel(model, { signal }));
  if (options.json === true) return terminal.out(`${JSON.stringify(found)}\n`);
  const lines = describe(found).map(([title, text]) => ({ title, text: plain(text) }));
  const width = Math.max(...lines.map(({ title }) => title.length));
  for (const { title, text } of lines) terminal.out(`${terminal.style("dim", title.padEnd(width), "out")}  ${text}\n`);
}

type Line = readonly [title: string, text: string];

function describe(found: ModelInspection): Line[] {
  const { name, kind, identity, source, dimension, max_seq_length: longest, similarity } = found;
  return [
    ["name", name],
    ["kind", kind],
    ...(identity === null ? [] : [["identity", identity] as const]),
    ["source", `${source.origin} ${source.path}${source.commit === null ? "" : ` at ${source.commit}`}`],
    ...found.files.map(({ path, bytes }, index): Line => [index === 0 ? "files" : "", `${path} (${byteSize(bytes)})`]),
    ["", `${counted(found.files.length, "file")}, ${byteSize(found.bytes)}`],
    ...describeArchitecture(found),
    ["steps", found.steps.map(describeStep).join(" → ") || "none"],
    ...(dimension === null ? [] : [["vectors", `${count(dimension)} numbers, compared by ${similarity}`] as const]),
    ["longest", `${count(longest)} tokens, special tokens included`],
    ["prompts", describePrompts(found)],
    ...describeTokenizer(found),
  ];
}

function describeArchitecture({ architecture }: ModelInspection): Line[] {
  const { model_type: type, layers, heads, hidden_size: hidden, parameters, dtypes } = architecture;
  const parts = [
    type ?? "exported ONNX graph",
    ...(layers === null ? [] : [counted(layers, "layer")]),
    `hidden size ${count(hidden)}`,
    ...(heads === null ? [] : [counted(heads, "head")]),
    `${count(architecture.max_positions)} positions`,
    ...(architecture.vocabulary_size === null ? [] : [`${count(architecture.vocabulary_size)} word vectors`]),
  ];
  const stored = Object.entries(dtypes).map(([dtype, numbers]) => `${count(numbers)} as ${dtype}`);
  return [
    ["encoder", parts.join(", ")],
    ["weights", parameters === null ? "in the graph" : `${count(parameters)} parameters: ${stored.join(", ")}`],
  ];
}

/** `pooling (modes: mean)`, `dense (inputs: 768, outputs: 256, …)` */
function describeStep({ kind, ...settings }: ModelInspection["steps"][number]): string {
  const facts = Object.entries(settings).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? value.join("+") : String(value)}`,
  );
  return facts.length === 0 ? kind : `${kind} (${facts.join(", ")})`;
}

function describePrompts({ prompts, default_prompt_name: chosen }: ModelInspection): string {
  const entries = Object.entries(prompts).map(
    ([name, text]) => `${name}${name === chosen ? " (default)" : ""}: ${JSON.stringify(text)}`,
  );
  return entries.length === 0 ? "none" : entries.join(", ");
}

function describeTokenizer({ tokenizer }: ModelInspection): Line[] {
  const { kind, vocabulary_size: vocabulary, special_tokens: special, lower_case: lower } = tokenizer;
  const around = `${counted(tokenizer.special_tokens_per_text, "special token")} around each text`;
  return [
    ["tokenizer", `${kind}, ${count(vocabulary)} ids, ${around}${lower ? ", texts are lower-cased first" : ""}`],
    ["", special.map(({ id, content }) => `${content} ${id}`).join(", ") || "no special tokens"],
  ];
}
