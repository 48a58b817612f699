import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { DbError } from "../errors.ts";
import type { SearchRequest } from "../schemas/search.ts";
import type { RankedPassage } from "./candidates.ts";

/** A result that is being paged through: what has been ranked keeps its place, whatever is written meanwhile. */
export interface FrozenWindow {
  readonly ranked: readonly RankedPassage[];
  /** There is nothing after these; otherwise a deeper search adds to them when a page needs it. */
  readonly ended: boolean;
  /** Hits of the first page. */
  readonly limit: number;
  /** See `Candidates`. */
  readonly exact: boolean;
  readonly fuzzy?: boolean;
  readonly expanded?: readonly string[];
}

/** Ranked entries that can be paged to: ten pages, where that is not very deep, since every entry has to be certain. */
const MIN_ENTRIES = 100;
const MAX_ENTRIES = 400;
const PAGES = 10;

/** How many entries can be paged to, for pages of this size. */
export function windowEntries(limit: number): number {
  return Math.max(MIN_ENTRIES, limit, Math.min(PAGES * limit, MAX_ENTRIES));
}

/** Results kept for their next page; the least recently used goes first. About 50 kB each. */
const MAX_WINDOWS = 256;
const WINDOW_LIFE_MS = 10 * 60_000;

const Cursor = z.tuple([z.string().max(64), z.string().max(64), z.int().min(0)]);

export class FrozenWindows {
  /** As bytes: objects that die after some minutes, most of them unused, are what a generational collector is worst at. */
  readonly #windows = new Map<string, KeptWindow>();

  /** Keeps the window and returns the cursor to its entry at `offset`. */
  keep(window: FrozenWindow, request: SearchRequest, offset: number): string {
    const id = randomBytes(16).toString("base64url");
    const key = requestKey(request);
    this.#windows.set(id, keptWindow(window, key));
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MAX_WINDOWS) break;
      this.#windows.delete(oldest);
    }
    return encode(id, key, offset);
  }

  /** Whether the cursor leads to one of these windows. */
  has(cursor: string): boolean {
    const parts = Cursor.safeParse(parseCursor(cursor));
    return parts.success && this.#windows.has(parts.data[0]);
  }

  /** The window and the offset that a cursor names. */
  resume(cursor: string, request: SearchRequest): ResumedWindow {
    const [id, cursorKey, offset] = decode(cursor);
    const key = requestKey(request);
    if (cursorKey !== key) throw invalidCursor("it belongs to another query");
    const kept = this.#windows.get(id);
    this.#windows.delete(id);
    if (!kept || kept.expires < Date.now()) {
      throw new DbError("cursor_expired", "The result that this cursor pages through is no longer kept.", {
        hint: "Repeat the search without a cursor.",
      });
    }
    if (kept.key !== key || offset > kept.length) throw invalidCursor("it was altered");
    this.#windows.set(id, { ...kept, expires: Date.now() + WINDOW_LIFE_MS });
    const window = JSON.parse(kept.bytes.toString()) as FrozenWindow;
    return {
      window,
      offset,
      next: (at) => encode(id, key, at),
      grow: (grown) => void this.#windows.set(id, keptWindow(grown, key)),
    };
  }
}

interface KeptWindow {
  readonly bytes: Buffer;
  readonly length: number;
  readonly key: string;
  readonly expires: number;
}

function keptWindow(window: FrozenWindow, key: string): KeptWindow {
  const bytes = Buffer.from(JSON.stringify(window));
  return { bytes, length: window.ranked.length, key, expires: Date.now() + WINDOW_LIFE_MS };
}

export interface ResumedWindow {
  readonly window: FrozenWindow;
  readonly offset: number;
  /** The cursor to another entry. */
  readonly next: (offset: number) => string;
  /** Keeps more of it. */
  readonly grow: (window: FrozenWindow) => void;
}

/** Everything that decides the order; the size of a page and its explanations may change from page to page. */
function requestKey(request: SearchRequest): string {
  const { limit: _limit, cursor: _cursor, explain: _explain, snippet: _snippet, facets: _facets, ...decides } = request;
  const parts = JSON.stringify(Object.entries(decides).sort(([left], [right]) => (left < right ? -1 : 1)));
  return createHash("sha256").update(parts).digest("base64url").slice(0, 22);
}

function encode(id: string, key: string, offset: number): string {
  return Buffer.from(JSON.stringify([id, key, offset])).toString("base64url");
}

function decode(cursor: string): z.infer<typeof Cursor> {
  const parts = Cursor.safeParse(parseCursor(cursor));
  if (parts.success) return parts.data;
  throw invalidCursor("it is not one of ours", parts.error);
}

/** `undefined` for what is no JSON. */
function parseCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

function invalidCursor(reason: string, cause?: unknown): DbError {
  return new DbError("cursor_invalid", `The cursor cannot be used: ${reason}.`, {
    hint: "Pass the cursor of the previous page and leave the other fields as they were.",
    cause,
  });
}
