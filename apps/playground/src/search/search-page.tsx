import { useEffect, useRef, useState } from "react";
import type { Filter, Hit, SearchMode } from "@galen/db/schemas";
import { DocumentPanel } from "../documents/document-panel.tsx";
import { navigate } from "../state/history.ts";
import { searchModes, type SearchRoute } from "../state/route.ts";
import { withChange, type ChangeSearch } from "../state/search-request.ts";
import { Button } from "../ui/button.tsx";
import { useHasPanel, useLasting, useShortcuts } from "../ui/hooks.ts";
import { ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Workbench } from "../ui/workbench.tsx";
import { CopyAsDialog } from "./copy-as-dialog.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { HitList } from "./hit-list.tsx";
import { ModeChoice } from "./mode-choice.tsx";
import { NoHits, NothingAsked } from "./no-hits.tsx";
import { ResultLine } from "./result-line.tsx";
import { ScoreKey } from "./score-key.tsx";
import { SearchBox } from "./search-box.tsx";
import styles from "./search.module.css";
import { useSearch } from "./use-search.ts";

export function SearchPage({ route }: { route: SearchRoute }) {
  const { search, hits, asked } = useSearch(route);
  const [copying, setCopying] = useState(false);
  const [adding, setAdding] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const hasPanel = useHasPanel();
  const late = useLasting(search.isPlaceholderData);
  const go: ChangeSearch = (change, options) => navigate(withChange(route, change), options);

  useSearchShortcuts({
    route,
    hits,
    go,
    box,
    onCopy: () => asked && setCopying(true),
    onFilter: () => setAdding(true),
  });

  return (
    <Workbench
      aside={
        hasPanel && route.panel ? (
          <DocumentPanel collection={route.collection} {...route.panel} onClose={() => go({ panel: undefined })} />
        ) : (
          <ScoreKey />
        )
      }
    >
      <h1 className="visually-hidden">Search {route.collection}</h1>
      <SearchBox
        ref={box}
        query={route.query}
        onQuery={(query, options) => go({ query, hit: undefined, panel: undefined }, options)}
      />
      <div className={styles.tools}>
        <ModeChoice collection={route.collection} mode={route.mode} onMode={(mode: SearchMode) => go({ mode })} />
        <Button kind="quiet" className={styles.copy} onClick={() => setCopying(true)} disabled={!asked}>
          Copy as curl
        </Button>
      </div>
      <FilterBar
        route={route}
        hits={hits}
        adding={adding}
        onAdding={setAdding}
        onFilter={(filter: Filter | undefined) => go({ filter, brokenFilter: undefined, hit: undefined })}
      />
      {!asked ? (
        <NothingAsked broken={route.brokenFilter !== undefined} />
      ) : search.error && hits.length === 0 ? (
        <ProblemMessage
          error={search.error}
          what="The search was not carried out."
          retry={() => void search.refetch()}
        />
      ) : !search.data ? (
        <Skeleton rows={5} lines={7} label="Searching" />
      ) : hits.length === 0 && !search.isPlaceholderData ? (
        <NoHits route={route} onChange={go} />
      ) : (
        <div className={styles.results} data-late={late || undefined} aria-busy={search.isPlaceholderData}>
          <ResultLine search={search} hits={hits.length} />
          <HitList route={route} hits={hits} onChange={go} />
          <MoreHits search={search} />
        </div>
      )}
      {copying && <CopyAsDialog route={route} onClose={() => setCopying(false)} />}
    </Workbench>
  );
}

function MoreHits({ search }: { search: ReturnType<typeof useSearch>["search"] }) {
  if (search.isFetchNextPageError)
    return (
      <ProblemMessage
        error={search.error}
        what="More hits were not loaded; the collection may have changed."
        retry={() => void search.refetch()}
      />
    );
  if (!search.hasNextPage) return null;
  return (
    <Button
      onClick={() => void search.fetchNextPage()}
      disabled={search.isFetchingNextPage || search.isPlaceholderData}
    >
      Show 10 more
    </Button>
  );
}

interface ShortcutContext {
  readonly route: SearchRoute;
  readonly hits: readonly Hit[];
  readonly go: ChangeSearch;
  readonly box: React.RefObject<HTMLInputElement | null>;
  readonly onCopy: () => void;
  readonly onFilter: () => void;
}

function useSearchShortcuts({ route, hits, go, box, onCopy, onFilter }: ShortcutContext): void {
  const selected = hits.findIndex((hit) => hit.id === route.hit);
  const select = (index: number) => {
    const hit = hits[Math.max(0, Math.min(index, hits.length - 1))];
    if (hit) go({ hit: hit.id, ...(route.explain === "hit" && { explain: "none" }) }, { replace: true });
  };
  useFocusOnSelected(route.hit);
  useShortcuts({
    "/": () => {
      box.current?.focus();
      box.current?.select();
    },
    j: () => select(selected + 1),
    k: () => select(selected - 1),
    e: () => route.hit !== undefined && go({ explain: route.explain === "hit" ? "none" : "hit" }, { replace: true }),
    E: () => go({ explain: route.explain === "all" ? "none" : "all" }, { replace: true }),
    m: () => go({ mode: searchModes[(searchModes.indexOf(route.mode) + 1) % searchModes.length] }),
    y: onCopy,
    f: onFilter,
    Escape: () => route.panel && go({ panel: undefined }),
  });
}

/** j and k move the focus to the hit's link, so that Enter opens it; a hit that came with the address is only scrolled to. */
function useFocusOnSelected(hit: string | undefined): void {
  const first = useRef(true);
  useEffect(() => {
    const link = hit === undefined ? null : document.querySelector<HTMLElement>("[data-selected] a");
    if (first.current) link?.scrollIntoView({ block: "nearest" });
    else if (!document.activeElement?.closest("[data-selected]")) link?.focus();
    first.current = false;
  }, [hit]);
}
