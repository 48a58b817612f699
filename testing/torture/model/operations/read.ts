import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Filter } from "@galen/db/schemas";
import type { ModelDocument } from "../collection-model.ts";
import { id, MEDIA_TYPE } from "../documents.ts";
import { filter } from "../filters.ts";
import type { ModelOperation, Twins } from "../model-operation.ts";

export const get: ModelOperation = {
  weight: 6,
  async run({ random, model, collection }) {
    const asked = id(random);
    const found = await collection.get(asked);
    const expected = model.documents.get(String(asked));
    if (!expected || !found) return assert.equal(found, expected, `get ${asked}`);
    const { updated_at: _, rev, ...rest } = found;
    assert.ok(rev >= 1, `the revision of ${asked} is ${rev}`);
    assert.deepEqual(rest, shown(expected));
    const object = await collection.object(asked);
    assert.equal(object && Buffer.from(object.bytes).toString(), expected.object, `the object of ${asked}`);
  },
};

/** All pages of a list, of a random size. */
export const list: ModelOperation = {
  weight: 7,
  async run({ random, model, collection }) {
    const asked = maybeFilter(random);
    const expected = model.matching(asked);
    const found: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await collection.list({
        limit: random.integer(1, 40),
        ...(asked !== undefined && { filter: asked }),
        ...(cursor !== undefined && { cursor }),
      });
      assert.equal(page.total, expected.length, "total");
      for (const { updated_at: _, rev: _rev, ...document } of page.documents) found.push(document);
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(found, expected.map(summary));
  },
};

export const count: ModelOperation = {
  weight: 7,
  async run({ random, model, collection }) {
    const asked = maybeFilter(random);
    assert.equal(await collection.count(asked), model.matching(asked).length, JSON.stringify(asked));
  },
};

/** What the collection says of itself, and its own comparison of catalogue and table. */
export const verify: ModelOperation = {
  weight: 3,
  async run({ model, collection }) {
    const documents = model.documents.size;
    const passages = [...model.documents.values()].reduce((sum, document) => sum + document.passages.length, 0);
    const objects = new Set([...model.documents.values()].flatMap(({ object }) => object ?? [])).size;
    const sound = { missing: 0, stale: 0, orphaned: 0, duplicated: 0, missing_objects: 0, damaged_objects: 0 };
    const { name } = collection;
    assert.deepEqual(await collection.verify(), { name, ok: true, documents, passages, objects, ...sound });
    const info = await collection.info();
    assert.deepEqual([info.documents, info.passages], [documents, passages]);
  },
};

function maybeFilter(random: Twins["random"]): Filter | undefined {
  return random.chance(0.7) ? filter(random) : undefined;
}

function shown({ id, text, title, tags, metadata, object, createdAt, passages }: ModelDocument) {
  return {
    id,
    text,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags }),
    metadata,
    ...(object !== undefined && { object: objectInfo(object) }),
    passages: passages.map(({ start, end }) => ({ start, end })),
    created_at: createdAt,
  };
}

function summary(document: ModelDocument) {
  const { text, passages: _, ...rest } = shown(document);
  return { ...rest, length: text.length, snippet: text.slice(0, 240) };
}

function objectInfo(object: string) {
  const sha256 = createHash("sha256").update(object).digest("hex");
  return { media_type: MEDIA_TYPE, bytes: Buffer.byteLength(object), sha256 };
}
