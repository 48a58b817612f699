import type { Hit } from "@galen/db/schemas";
import type { SearchRoute } from "../state/route.ts";
import type { ChangeSearch } from "../state/search-request.ts";
import { HitItem } from "./hit-item.tsx";
import styles from "./search.module.css";

interface HitListProps {
  readonly route: SearchRoute;
  readonly hits: readonly Hit[];
  readonly onChange: ChangeSearch;
}

export function HitList({ route, hits, onChange }: HitListProps) {
  return (
    <ol className={styles.hits}>
      {hits.map((hit, index) => {
        const selected = hit.id === route.hit;
        const explained = route.explain === "all" || (route.explain === "hit" && selected);
        return (
          <HitItem
            key={hit.id}
            rank={index + 1}
            route={route}
            hit={hit}
            selected={selected}
            explained={explained}
            onExplain={() => onChange({ hit: hit.id, explain: explained ? "none" : "hit" }, { replace: true })}
          />
        );
      })}
    </ol>
  );
}
