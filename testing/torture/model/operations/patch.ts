import assert from "node:assert/strict";
import { inputOf, id, object } from "../documents.ts";
import { metadata, WORDS } from "../fields.ts";
import type { ModelOperation, Twins } from "../model-operation.ts";

/** Changes what is not embedded of some documents, known and unknown. */
export const patch: ModelOperation = {
  weight: 6,
  async run({ random, model, collection, embedder }) {
    const patches = random.list(random.integer(1, 4), () => ({ id: String(id(random)), ...changes(random) }));
    const embedded = embedder.documents.length;
    const { missing } = await collection.patch({ documents: patches });
    const unknown = patches.map((change) => change.id).filter((id) => !model.documents.has(id));
    assert.deepEqual([...missing].sort(), [...new Set(unknown)].sort(), "missing");
    assert.equal(embedder.documents.length, embedded, "a patch of tags and metadata embeds nothing");
    for (const { id, tags, metadata: changed } of patches) {
      const stored = model.documents.get(id);
      if (!stored) continue;
      const merged = Object.entries({ ...stored.metadata, ...changed }).filter(
        ([name]) => !(name in changed && changed[name] === null),
      );
      const next = { ...stored, metadata: Object.fromEntries(merged) };
      model.documents.set(id, tags === undefined ? next : { ...next, tags: tags ?? undefined });
    }
  },
};

/** Gives a document other bytes, or takes its own away. */
export const setObject: ModelOperation = {
  weight: 4,
  async run({ random, model, collection }) {
    const asked = String(id(random));
    const next = random.chance(0.7) ? object(random) : undefined;
    const given = next === undefined ? null : (inputOf({ id: asked, text: "", object: next }) as WithObject).object;
    const set = await collection.setObject(asked, given);
    const stored = model.documents.get(asked);
    assert.equal(set !== undefined, stored !== undefined, `setObject of ${asked}`);
    if (stored) model.documents.set(asked, { ...stored, object: next });
  },
};

interface WithObject {
  readonly object: { readonly media_type: string; readonly bytes: Uint8Array };
}

/** Fields that hold no objects, which a patch would merge. */
function changes(random: Twins["random"]) {
  const fields = Object.entries(metadata(random)).filter(([name]) => name !== "nested");
  const changed = Object.fromEntries(fields.map(([name, value]) => [name, random.chance(0.3) ? null : value]));
  const tags = random.chance(0.3) ? null : random.list(random.integer(0, 3), () => random.pick(WORDS));
  return { metadata: changed, ...(random.chance(0.5) && { tags }) };
}
