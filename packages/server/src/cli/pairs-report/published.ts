/**
 * Pearson × 100 as the model card of PubMedBERT Embeddings publishes it (https://huggingface.co/NeuML/pubmedbert-base-embeddings,
 * "Evaluation Results"). Figures of others: nothing here was measured by us.
 */
export const publishedRows = [
  { model: "all-MiniLM-L6-v2", figures: [90.4, 95.86, 94.07] },
  { model: "bge-base-en-v1.5", figures: [91.02, 95.6, 94.49] },
  { model: "gte-base", figures: [92.97, 96.83, 96.24] },
  { model: "pubmedbert-base-embeddings", figures: [93.27, 97.07, 96.58] },
  { model: "S-PubMedBert-MS-MARCO", figures: [90.86, 93.33, 93.54] },
] as const;

/** The datasets of the columns; `key` is what is left of a file's name without its signs. */
export const publishedDatasets = [
  { name: "PubMed QA", key: "pubmedqa" },
  { name: "PubMed Subset", key: "pubmedsubset" },
  { name: "PubMed Summary", key: "pubmedsummary" },
] as const;

/** Which published column a dataset belongs to, told by its name; `undefined` for a dataset of one's own. */
export function publishedColumn(dataset: string): number | undefined {
  const key = dataset.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const column = publishedDatasets.findIndex((published) => published.key === key);
  return column === -1 ? undefined : column;
}
