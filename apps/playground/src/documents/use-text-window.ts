import { useInfiniteQuery } from "@tanstack/react-query";
import type { Span } from "@galen/db/schemas";
import { api } from "../state/api.ts";

/** Text around a span that is loaded at first, and by every step; a long document never comes in one piece. */
const BEFORE = 8_000;
const AFTER = 24_000;
const STEP = 40_000;
/** Up to here the whole record is fetched for its metadata; it holds the text once more. */
export const MAX_WHOLE_DOCUMENT = 200_000;

/** The text of a document around `at`, as far as it has been opened in both directions. */
export function useTextWindow({ collection, id, at }: { collection: string; id: string; at: Span | undefined }) {
  return useInfiniteQuery({
    queryKey: ["text", collection, id, at],
    queryFn: ({ signal, pageParam }) => api.documents.text(collection, id, pageParam, { signal }),
    initialPageParam: { start: Math.max(0, (at?.start ?? 0) - BEFORE), end: (at?.end ?? 0) + AFTER },
    getPreviousPageParam: ({ start }) => (start > 0 ? { start: Math.max(0, start - STEP), end: start } : undefined),
    getNextPageParam: ({ end, length }) => (end < length ? { start: end, end: end + STEP } : undefined),
    select: ({ pages }) => {
      const [first] = pages;
      const last = pages.at(-1);
      if (!first || !last) return undefined;
      return { ...first, end: last.end, text: pages.map((page) => page.text).join("") };
    },
    staleTime: 60_000,
  });
}
