// The model card's second snippet (sentence-transformers): load a model, encode sentences.
import { SentenceTransformer } from "@galen/core";
import { availableModel } from "./model.ts";

const sentences = ["This is an example sentence", "Each sentence is converted"];

await using model = await SentenceTransformer.load(await availableModel("neuml/pubmedbert-base-embeddings"));
const embeddings = await model.encode(sentences);
console.log(embeddings);
