import assert from "node:assert/strict";
import type { FakeEmbedder } from "@galen/testing";
import { splitSentences } from "../../load/documents.ts";
import type { Random } from "../../load/random.ts";
import { contentOf, embeddedContent } from "../collection-model.ts";
import type { CollectionModel, ModelDocument } from "../collection-model.ts";
import { document, inputOf, refusedDocument } from "../documents.ts";
import type { Given, Refused } from "../documents.ts";
import type { ModelOperation } from "../model-operation.ts";
import { termsOf } from "../vocabulary.ts";

/** Writes a batch: new documents, changed, unchanged and repeated ones, and some that must be refused. */
export const upsert: ModelOperation = {
  weight: 18,
  async run({ random, model, collection, embedder, far }) {
    const good = random.list(random.integer(0, 10), () => variation(random, model));
    const bad = random.chance(0.2) ? random.list(random.integer(1, 3), () => refusedDocument(random)) : [];
    const source = random.chance(0.5) ? `s${random.integer(0, 5)}` : undefined;
    const batch = shuffled([...good, ...bad], random);
    const embedded = embedder.documents.length;
    const inputs = batch.map((member) => ("code" in member ? member.document : inputOf(member)));
    const result = await collection.upsert(inputs, source === undefined ? {} : { source });
    const expected = await apply(model, { batch, source });
    const { version, failed, ...counts } = result;
    assert.deepEqual(counts, expected.counts);
    assert.deepEqual(
      failed.map(({ index, code }) => ({ index, code })),
      expected.failed,
    );
    assert.ok(version > 0 || expected.counts.ids.length === 0);
    assert.equal(embedder.documents.length - embedded, expected.embedded, "passages that were embedded");
    assert.equal(far.documents.length, embedder.documents.length, "passages that were embedded by the other model");
    await adopt(model, { ids: counts.ids, get: (id) => collection.get(id), embedder, far });
  },
};

type Member = Given | Refused;

/** A new document, one that is there, or one that is there with other metadata. */
function variation(random: Random, model: CollectionModel): Given {
  const fresh = document(random);
  const stored = model.documents.get(String(fresh.id));
  if (!stored || random.chance(0.5)) return fresh;
  const { id, text, title, tags, metadata, object } = stored;
  const optional = { ...(title !== undefined && { title }), ...(tags && { tags }), ...(object && { object }) };
  const same = { id, text, metadata, ...optional };
  return random.chance(0.5) ? same : { ...same, metadata: fresh.metadata ?? {} };
}

function shuffled(members: readonly Member[], random: Random): Member[] {
  return members
    .map((member) => ({ member, at: random.next() }))
    .sort((left, right) => left.at - right.at)
    .map(({ member }) => member);
}

/** What the batch must answer; the documents themselves go into the model, still without vectors. */
async function apply(
  model: CollectionModel,
  { batch, source }: { batch: readonly Member[]; source: string | undefined },
) {
  const good = batch.flatMap((member) => ("code" in member ? [] : [{ ...member, id: String(member.id) }]));
  const last = new Map(good.map((given, at) => [given.id, at]));
  const unique = good.filter(({ id }, at) => last.get(id) === at);
  let [unchanged, embedded] = [0, 0];
  for (const given of unique) {
    const previous = model.documents.get(given.id);
    const next = await modelDocument(given, source ?? previous?.source, previous);
    if (previous && contentOf(previous) === contentOf(next)) {
      unchanged++;
      model.documents.set(given.id, { ...previous, source: next.source });
    } else {
      if (!previous || embeddedContent(previous) !== embeddedContent(next)) embedded += next.passages.length;
      model.documents.set(given.id, next);
    }
  }
  const ids = unique.map(({ id }) => id);
  const failed = batch.flatMap((member, index) => ("code" in member ? [{ index, code: member.code }] : []));
  return { counts: { upserted: ids.length, unchanged, duplicates: good.length - ids.length, ids }, failed, embedded };
}

async function modelDocument(
  given: Given & { id: string },
  source: string | undefined,
  previous: ModelDocument | undefined,
) {
  const { id, text, title, tags, metadata = {}, object } = given;
  const passages = (await splitSentences(text)).map(({ start, end }) => {
    const searched = `${title ?? ""}\n${text.slice(start, end)}`;
    return { start, end, terms: termsOf(searched), vector: new Float32Array(), far: new Float32Array() };
  });
  return {
    id,
    text,
    title,
    tags,
    metadata,
    object,
    source,
    createdAt: previous?.createdAt ?? "",
    passages,
  } satisfies ModelDocument;
}

interface Stored {
  readonly ids: readonly string[];
  readonly get: (id: string) => Promise<{ created_at: string } | undefined>;
  readonly embedder: FakeEmbedder;
  readonly far: FakeEmbedder;
}

/** Vectors are as they were computed, and the time of creation is that of the first write. */
async function adopt(model: CollectionModel, { ids, get, embedder, far }: Stored): Promise<void> {
  for (const id of ids) {
    const document = model.documents.get(id);
    const stored = await get(id);
    assert.ok(document && stored, `${id} was acknowledged`);
    if (document.createdAt !== "") assert.equal(stored.created_at, document.createdAt, `${id}: created_at`);
    const passages = [];
    for (const passage of document.passages) {
      const searched = [document.title, document.text.slice(passage.start, passage.end)].filter(Boolean).join("\n");
      const vector = await embedder.embedQuery(searched);
      passages.push({ ...passage, vector, far: await far.embedQuery(searched, { normalize: false }) });
    }
    model.documents.set(id, { ...document, createdAt: stored.created_at, passages });
  }
}
