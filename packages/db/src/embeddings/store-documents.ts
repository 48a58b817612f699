import { AutomaticIds } from "./automatic-id.ts";
import { readDocument } from "./embeddings-document.ts";
import type { EmbeddingsDocument, IncomingDocument } from "./embeddings-document.ts";
import { planOf } from "./embeddings-options.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { markComplete } from "./generation.ts";
import type { Generation } from "./generation.ts";
import { SectionWriter } from "./section-writer.ts";

export type Documents = Iterable<EmbeddingsDocument> | AsyncIterable<EmbeddingsDocument>;

/** Documents that one call of a collection takes. */
const MAX_BATCH = 1_000;

/** Reads documents and stores them, a batch at a time. Those without an id get the next one. */
export async function storeDocuments(
  generation: Generation,
  documents: Documents,
  options: EmbeddingsOptions,
): Promise<void> {
  const plan = planOf(options);
  const seen = new Set<string>();
  const isTaken = (id: string) => seen.has(id) || generation.rows.has(id);
  const ids = new AutomaticIds({ kind: options.autoid, next: generation.nextId, isTaken });
  const reading = {
    textColumn: plan.textColumn,
    objectColumn: options.objects ? (options.columns?.object ?? "object") : undefined,
    namesTextless: !plan.isDense && !plan.terms && !plan.isWeighted,
    nextId: ids.take.bind(ids),
  };
  await storeIncoming(generation, options, incoming());
  generation.nextId = ids.next;
  await markComplete(generation);

  async function* incoming(): AsyncGenerator<IncomingDocument> {
    for await (const input of documents) {
      const document = readDocument(input, reading);
      if (!document) continue;
      seen.add(String(document.id));
      yield document;
    }
  }
}

/** Stores documents that are read already. */
export async function storeIncoming(
  generation: Generation,
  { batch: size = MAX_BATCH }: EmbeddingsOptions,
  documents: AsyncIterable<IncomingDocument> | Iterable<IncomingDocument>,
): Promise<void> {
  const writer = new SectionWriter(generation);
  const most = Math.min(MAX_BATCH, Math.max(1, size));
  let batch: IncomingDocument[] = [];
  for await (const document of documents) {
    batch.push(document);
    if (batch.length < most) continue;
    await writer.store(batch);
    batch = [];
  }
  if (batch.length > 0) await writer.store(batch);
}
