import assert from "node:assert/strict";
import { id } from "../documents.ts";
import { filter } from "../filters.ts";
import type { ModelOperation, Twins } from "../model-operation.ts";

/** Some ids, known and unknown, some of them twice. */
export const deleteIds: ModelOperation = {
  weight: 6,
  async run(twins) {
    const ids = twins.random.list(twins.random.integer(0, 8), () => id(twins.random));
    await expectDeleted(twins, ids.map(String), () => twins.collection.delete({ ids }));
  },
};

export const deleteFilter: ModelOperation = {
  weight: 3,
  async run(twins) {
    const selected = filter(twins.random);
    const gone = twins.model.matching(selected).map(({ id }) => id);
    await expectDeleted(twins, gone, () => twins.collection.delete({ filter: selected }));
  },
};

/** Everything that came from a source, except some. */
export const deleteSource: ModelOperation = {
  weight: 3,
  async run(twins) {
    const source = `s${twins.random.integer(0, 6)}`;
    const ids = twins.model.ofSource(source).map(({ id }) => id);
    const except = ids.filter(() => twins.random.chance(0.5));
    const gone = ids.filter((id) => !except.includes(id));
    await expectDeleted(twins, gone, () => twins.collection.delete({ source, except }));
  },
};

async function expectDeleted(
  { model }: Twins,
  ids: readonly string[],
  run: () => Promise<{ deleted: number; version: number }>,
): Promise<void> {
  const { deleted } = await run();
  assert.equal(deleted, [...new Set(ids)].filter((id) => model.documents.delete(id)).length, "deleted");
}
