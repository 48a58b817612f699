import type { Span } from "@galen/db/schemas";
import { Random, seedOf } from "./random.ts";

/** A document as it is written and as it must be found. */
export interface WrittenDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly metadata: {
    readonly operation: number;
    readonly group: number;
    readonly note: { readonly text: number; readonly by?: string };
    readonly patched?: number;
  };
  /** The bytes beside it, as text. */
  readonly object?: string;
}

/** Values of `metadata.group`; deletions by filter name one. */
export const GROUPS = 12;
/** Documents that have an object. */
const OBJECT_SHARE = 0.1;
const OBJECT_TYPE = "application/octet-stream";
/** Documents that operations write and delete again and again. */
export const POOL = 240;

const WORDS = "insulin glucose kidney stone airway asthma rhythm heart rash skin fever biopsy dose tablet scan".split(
  " ",
);

/**
 * What operation `operation` writes under this id. The text changes only with every third operation, so that others change
 * metadata alone; it has one to four passages, so that a torn write would show.
 */
export function documentOf(id: string, operation: number, seed: number): WrittenDocument {
  const version = operation - (operation % 3);
  const random = new Random(seedOf(seed, version, Number(id.slice(1))));
  const sentences = random.list(random.integer(1, 4), (at) => {
    const words = random.list(random.integer(3, 20), () => random.pick(WORDS));
    return `Document ${id} text t${version} part ${at} ${words.join(" ")}.`;
  });
  return {
    id,
    title: `Title ${id}`,
    text: sentences.join(" "),
    tags: [`t${version % 5}`],
    metadata: { operation, group: operation % GROUPS, note: { text: version } },
    ...(random.chance(OBJECT_SHARE) && { object: objectOf(id, version, random) }),
  };
}

/** A few of them are of several documents. */
function objectOf(id: string, version: number, random: Random): string {
  const owner = random.chance(0.2) ? "all" : id;
  return `Object of ${owner}, t${version}. `.repeat(random.integer(1, 400));
}

/** The document as an upsert takes it. */
export function inputOf({ object, ...document }: WrittenDocument) {
  return object === undefined
    ? document
    : { ...document, object: { media_type: OBJECT_TYPE, bytes: Buffer.from(object) } };
}

/** A passage a sentence. */
export async function splitSentences(text: string): Promise<Span[]> {
  return Array.from(text.matchAll(/[^.]+\./g), ({ index, 0: sentence }) => ({
    start: index,
    end: index + sentence.length,
  }));
}
