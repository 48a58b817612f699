import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Span } from "@galen/db/schemas";
import { api } from "../state/api.ts";

/** Text around a span that is loaded at first, and by every step; a long document never comes in one piece. */
const BEFORE = 8_000;
const AFTER = 24_000;
const STEP = 40_000;
/** Up to here the whole record is fetched for its metadata; it holds the text once more. */
export const MAX_WHOLE_DOCUMENT = 200_000;

/** The text of a document around `at`, as far as it has been opened. */
export function useTextWindow({ collection, id, at }: { collection: string; id: string; at: Span | undefined }) {
  const key = `${id} ${at?.start}`;
  const [opened, setOpened] = useState({ key, before: BEFORE, after: AFTER });
  const { before, after } = opened.key === key ? opened : { before: BEFORE, after: AFTER };
  const start = Math.max(0, (at?.start ?? 0) - before);
  const end = (at?.end ?? 0) + after;
  const text = useQuery({
    queryKey: ["text", collection, id, start, end],
    queryFn: ({ signal }) => api.documents.text(collection, id, { start, end }, { signal }),
    // Opening more keeps what is there; another document must not show this one's text.
    placeholderData: (previous, query) => (query?.queryKey[2] === id ? previous : undefined),
  });
  return {
    text,
    showEarlier: () => setOpened({ key, before: before + STEP, after }),
    showLater: () => setOpened({ key, before, after: after + STEP }),
  };
}
