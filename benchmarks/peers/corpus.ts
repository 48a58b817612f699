import { openBeirFolder } from "@galen/rag";
import type { BeirDocument, BeirQuery } from "@galen/rag";

export interface Corpus {
  readonly name: string;
  readonly documents: readonly BeirDocument[];
  readonly queries: readonly BeirQuery[];
  /** Whether there are more documents in the folder. */
  readonly limited: boolean;
}

/** The documents and test queries of a BEIR folder. @throws {RagError} as `openBeirFolder` */
export async function readCorpus(path: string, limit = Infinity): Promise<Corpus> {
  const folder = await openBeirFolder(path);
  const documents = await Array.fromAsync(folder.documents());
  return limited({ name: folder.name, queries: folder.queries, documents, limited: false }, limit);
}

/**
 * For a quick try: no more documents than that, those that are judged relevant before others, and the queries that one of them answers.
 * The figures of quality are then higher than those of the whole folder.
 */
export function limited(corpus: Corpus, limit: number): Corpus {
  if (corpus.documents.length <= limit) return corpus;
  const relevant = new Set(corpus.queries.flatMap(relevantTo));
  const first = corpus.documents.filter(({ id }) => relevant.has(id));
  const rest = corpus.documents.filter(({ id }) => !relevant.has(id));
  const documents = [...first, ...rest].slice(0, limit);
  const kept = new Set(documents.map(({ id }) => id));
  const queries = corpus.queries.filter((query) => relevantTo(query).some((id) => kept.has(id)));
  return { ...corpus, documents, queries, limited: true };
}

function relevantTo({ judgments }: BeirQuery): string[] {
  return [...judgments].filter(([, relevance]) => relevance > 0).map(([id]) => id);
}
