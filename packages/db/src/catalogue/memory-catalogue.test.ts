import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { catalogueContract } from "./catalogue.contract.ts";
import { newCollection } from "./collection.fixture.ts";
import type { ObjectInfo } from "../schemas/object.ts";
import type { Catalogue, StagedDocument } from "./catalogue.ts";
import { MemoryCatalogue } from "./memory-catalogue.ts";
import { SqliteCatalogue } from "./sqlite-catalogue.ts";

catalogueContract("memory", async () => {
  const catalogue = new MemoryCatalogue();
  return { catalogue, reopen: async () => catalogue, [Symbol.asyncDispose]: () => catalogue[Symbol.asyncDispose]() };
});

/** Numbers that a seed decides. */
function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const HASHES = ["0", "f", "a", "9", "1a", "b"];
const IDS = ["a", "B", "é", "😀", "10", "9", "\u{ff5e}", "zz"];

function documentOf(id: string, version: number): StagedDocument {
  return {
    id,
    text: `text ${version} ${"x".repeat(version % 7)}`,
    title: version % 2 === 0 ? `title ${version}` : undefined,
    tags: version % 3 === 0 ? ["t"] : undefined,
    metadata: { version, deep: { list: [version, null] } },
    source: version % 4 === 0 ? `s${version % 3}` : undefined,
    object: version % 2 === 0 ? objectOf(version % 6) : undefined,
    passages: [{ start: 0, end: 4 }],
    contentHash: `c${version}`,
    textHash: `t${version}`,
    createdAt: new Date(1_700_000_000_000 + version),
    updatedAt: new Date(1_700_000_000_000 + version),
  };
}

function objectOf(at: number): ObjectInfo {
  return { media_type: `text/x${at}`, bytes: at, sha256: HASHES[at] ?? "" };
}

/** A call, by the name of its method. */
interface Step {
  readonly method: Exclude<keyof Catalogue, symbol>;
  readonly call: (catalogue: Catalogue) => Promise<unknown>;
}

/** A write that is staged and not settled: a collection's writer finishes one before it begins the next. */
interface Staged {
  readonly method: Step["method"];
  readonly rev: number;
}

function stepOf(random: (below: number) => number, at: number, staged: Staged | undefined): Step {
  const ids = IDS.filter(() => random(3) === 0);
  const facts = { tableVersion: at, fields: [`f${random(5)}`] };
  const source = `s${random(3)}`;
  const documents = ids.map((id) => documentOf(id, at));
  const anytime: Step[] = [
    { method: "setSource", call: (catalogue) => catalogue.setSource("c", ids, source) },
    { method: "setAlias", call: (catalogue) => catalogue.setAlias(`alias${at % 3}`, "c") },
    { method: "removeAlias", call: (catalogue) => catalogue.removeAlias(`alias${at % 3}`) },
    { method: "renameCollection", call: (catalogue) => catalogue.renameCollection("c", `name${at % 4}`) },
  ];
  const begin: Step[] = [
    { method: "stage", call: (catalogue) => catalogue.stage("c", documents) },
    { method: "stage", call: (catalogue) => catalogue.stage("c", documents) },
    { method: "stageDelete", call: async (catalogue) => (await catalogue.stageDelete("c", ids)).rev },
  ];
  const rev = staged?.rev ?? 0;
  const end: Step[] = [
    { method: "settle", call: (catalogue) => catalogue.settle("c", rev, facts) },
    { method: "undo", call: (catalogue) => catalogue.undo("c", rev) },
  ];
  const endDelete: Step = { method: "settleDelete", call: (catalogue) => catalogue.settleDelete("c", rev, facts) };
  const next = staged === undefined ? begin : staged.method === "stage" ? end : [endDelete];
  const steps = [...anytime, ...next, ...next, ...next];
  const step = steps[random(steps.length)];
  if (step === undefined) throw new RangeError("a step is one of those above");
  return step;
}

/** Everything that can be asked of a collection. */
async function answersOf(catalogue: Catalogue, revisions: readonly number[]) {
  const [record] = await catalogue.listCollections();
  const { createdAt: _created, updatedAt: _updated, ...rest } = record ?? {};
  const versions = IDS.flatMap((id) => revisions.map((rev) => ({ id, rev })));
  const at = await catalogue.documentsAt("c", versions);
  const { upserts, deletes } = await catalogue.unsettled("c");
  return {
    record: rest,
    aliases: await catalogue.listAliases(),
    summaries: await catalogue.summaries("c", { limit: 100 }),
    page: await catalogue.summaries("c", { limit: 2, after: "9", ids: ["a", "é", "10"] }),
    documents: await Promise.all(IDS.map((id) => catalogue.document("c", id))),
    at: Object.fromEntries(at.map((document) => [`${document.rev} ${document.id}`, document])),
    unsettled: {
      upserts: upserts.map(({ rev, ids }) => ({ rev, ids: [...ids].sort() })),
      deletes: [...deletes].sort(),
    },
    count: await catalogue.countDocuments("c"),
    lengths: await catalogue.textLengths("c"),
    sources: await Promise.all(["s0", "s1", "s2"].map((source) => catalogue.idsBySource("c", source))),
    containing: await catalogue.idsContaining("c", "xxx"),
    objects: await catalogue.objects("c"),
    unused: await catalogue.unusedObjects([...HASHES, "none"]),
    manifest: await Array.fromAsync(catalogue.manifest("c")),
    fields: await catalogue.seenFields("c"),
  };
}

test.each([1, 2, 3, 4])("random calls are answered as by SQLite (seed %i)", async (seed) => {
  await using folder = await temporaryDirectory();
  await using sqlite = await SqliteCatalogue.open(join(folder.path, "catalogue.sqlite"));
  const twins: readonly Catalogue[] = [sqlite, new MemoryCatalogue()];
  for (const catalogue of twins) await catalogue.addCollection(newCollection);
  const random = randomOf(seed);
  const revisions = [0];
  let staged: Staged | undefined;
  for (let at = 1; at <= 200; at++) {
    const { method, call } = stepOf(random, at, staged);
    const [first, second] = [await call(twins[0] ?? sqlite), await call(twins[1] ?? sqlite)];
    expect(second, `step ${at}, ${method}`).toEqual(first);
    if (method === "stage" || method === "stageDelete") {
      staged = { method, rev: Number(first) };
      revisions.push(staged.rev);
    } else if (method === "settle" || method === "undo" || method === "settleDelete") staged = undefined;
    if (at % 5 !== 0) continue;
    const [expected, actual] = await Promise.all(twins.map((catalogue) => answersOf(catalogue, revisions)));
    expect(actual, `after step ${at}`).toEqual(expected);
  }
});
