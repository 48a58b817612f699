import { formatCountOf, formatMilliseconds } from "../state/format.ts";
import styles from "./search.module.css";
import type { useSearch } from "./use-search.ts";

export function ResultLine({ search, hits }: { search: ReturnType<typeof useSearch>["search"]; hits: number }) {
  const first = search.data?.pages[0];
  if (!first) return null;
  return (
    <p className={styles.line}>
      {search.hasNextPage ? `The best ${formatCountOf(hits, "document")}` : formatCountOf(hits, "document")} ·{" "}
      {formatMilliseconds(first.took_ms)} · {first.exact ? "exact" : "approximate index"}
    </p>
  );
}
