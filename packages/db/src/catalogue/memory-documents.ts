import { byBytes } from "./byte-order.ts";
import type {
  DocumentVersion,
  Released,
  StagedDocument,
  StoredDocument,
  StoredSummary,
  SummaryPage,
  TextLengths,
  Unsettled,
} from "./catalogue.ts";

type State = "pending" | "current" | "deleting";

interface Row {
  readonly document: StoredDocument;
  readonly state: State;
}

/** Characters of a text that a list shows. */
const SNIPPET_LENGTH = 240;

/** The versions of the documents of one collection, in maps. */
export class MemoryDocuments {
  /** By id, then by revision. */
  readonly #rows = new Map<string, Map<number, Row>>();

  stage(documents: readonly StagedDocument[], rev: number): void {
    for (const document of documents) this.#put({ ...structuredClone(document), rev }, "pending");
  }

  restore(documents: readonly StoredDocument[]): void {
    for (const document of documents) this.#put(structuredClone(document), "current");
  }

  settle(rev: number): Released {
    const gone: Row[] = [];
    for (const [id, versions] of this.#rows) {
      const row = versions.get(rev);
      if (row?.state !== "pending") continue;
      for (const [older, replaced] of [...versions].filter(([other]) => other < rev)) {
        gone.push(replaced);
        versions.delete(older);
      }
      this.#put({ ...row.document, id }, "current");
    }
    return hashesOf(gone);
  }

  undo(rev: number): Released {
    return this.#remove((row) => row.state === "pending" && row.document.rev === rev);
  }

  stageDelete(ids: readonly string[]): string[] {
    const deleting = ids.filter((id) => this.current(id) !== undefined);
    for (const id of deleting) {
      const document = this.current(id);
      if (document) this.#put(document, "deleting");
    }
    return deleting;
  }

  settleDelete(): Released {
    return this.#remove(({ state }) => state === "deleting");
  }

  unsettled(): Unsettled {
    const rows = [...this.#rows.values()].flatMap((versions) => [...versions.values()]);
    const pending = rows.filter(({ state }) => state === "pending").map(({ document }) => document);
    const byRevision = Map.groupBy(
      pending.sort((left, right) => left.rev - right.rev || byBytes(left.id, right.id)),
      ({ rev }) => rev,
    );
    return {
      upserts: Array.from(byRevision, ([rev, members]) => ({ rev, ids: members.map(({ id }) => id) })),
      deletes: rows.filter(({ state }) => state === "deleting").map(({ document }) => document.id),
    };
  }

  current(id: string): StoredDocument | undefined {
    for (const { document, state } of this.#rows.get(id)?.values() ?? []) if (state === "current") return document;
    return undefined;
  }

  at(versions: readonly DocumentVersion[]): StoredDocument[] {
    return versions.flatMap(({ id, rev }) => {
      const row = this.#rows.get(id)?.get(rev);
      return row && row.state !== "deleting" ? [structuredClone(row.document)] : [];
    });
  }

  /** In order of id. */
  all(): StoredDocument[] {
    return [...this.#rows.keys()].sort(byBytes).flatMap((id) => this.current(id) ?? []);
  }

  summaries({ limit, after, ids }: SummaryPage): StoredSummary[] {
    const wanted = ids && new Set(ids);
    return this.all()
      .filter(({ id }) => (after === undefined || byBytes(id, after) > 0) && (wanted?.has(id) ?? true))
      .slice(0, limit)
      .map(({ id, rev, title, tags, metadata, object, text, createdAt, updatedAt }) => ({
        id,
        rev,
        title,
        tags,
        metadata,
        object,
        length: text.length,
        snippet: Array.from(text).slice(0, SNIPPET_LENGTH).join(""),
        createdAt,
        updatedAt,
      }));
  }

  setSource(ids: readonly string[], source: string): void {
    for (const id of ids) {
      const document = this.current(id);
      if (document) this.#put({ ...document, source }, "current");
    }
  }

  textLengths(): TextLengths | undefined {
    const lengths = this.all()
      .map(({ text }) => text.length)
      .sort((left, right) => left - right);
    if (lengths.length === 0) return undefined;
    const at = (share: number) => lengths[Math.floor(share * (lengths.length - 1))] ?? 0;
    const total = lengths.reduce((sum, length) => sum + length, 0);
    return { total, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
  }

  /** Of all versions, whatever their state. */
  objectHashes(): Released {
    return hashesOf([...this.#rows.values()].flatMap((versions) => [...versions.values()]));
  }

  #remove(isGone: (row: Row) => boolean): Released {
    const gone: Row[] = [];
    for (const versions of this.#rows.values()) {
      for (const [rev, row] of versions) {
        if (!isGone(row)) continue;
        gone.push(row);
        versions.delete(rev);
      }
    }
    return hashesOf(gone);
  }

  #put(document: StoredDocument, state: State): void {
    const versions = this.#rows.get(document.id) ?? new Map<number, Row>();
    versions.set(document.rev, { document, state });
    this.#rows.set(document.id, versions);
  }
}

function hashesOf(rows: readonly Row[]): Released {
  return [...new Set(rows.flatMap(({ document }) => document.object?.sha256 ?? []))].sort();
}
