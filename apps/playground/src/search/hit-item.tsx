import { useId } from "react";
import type { Highlight, Hit } from "@galen/db/schemas";
import { formatCount, formatScore } from "../state/format.ts";
import { formatRoute, type SearchRoute } from "../state/route.ts";
import { excerptWindow } from "../state/spans.ts";
import { Button } from "../ui/button.tsx";
import { Foreign, Marked } from "../ui/foreign.tsx";
import { useHasPanel } from "../ui/hooks.ts";
import { Explanation } from "./explanation.tsx";
import { ScoreBar } from "./score-bar.tsx";
import styles from "./search.module.css";

interface HitItemProps {
  readonly rank: number;
  readonly route: SearchRoute;
  readonly hit: Hit;
  readonly selected: boolean;
  readonly explained: boolean;
  readonly onExplain: () => void;
}

export function HitItem({ rank, route, hit, selected, explained, onExplain }: HitItemProps) {
  const hasPanel = useHasPanel();
  const explanation = useId();
  const { collection } = route;
  const address = hasPanel
    ? formatRoute({ ...route, hit: hit.id, panel: { id: hit.id, at: hit.passage } })
    : formatRoute({ page: "document", collection, id: hit.id, at: hit.passage });
  const inText = spansIn(hit, "text");
  return (
    <li className={styles.hit} data-selected={selected || undefined} data-hit={hit.id}>
      <span className={styles.rank} aria-hidden>
        {rank}
      </span>
      <div className={styles.found}>
        <h2 className={styles.title}>
          <a href={address} aria-current={route.panel?.id === hit.id ? "true" : undefined}>
            <Marked text={hit.title ?? hit.id} spans={hit.title === undefined ? [] : spansIn(hit, "title")} />
          </a>
        </h2>
        <p className={styles.excerpt}>
          <Marked text={hit.text} spans={inText} window={excerptWindow(hit.text, inText)} />
        </p>
        <HitFacts hit={hit} />
        <div className={styles.score}>
          <span className={styles.figure}>
            <span className="visually-hidden">Score </span>
            {formatScore(hit.score)}
          </span>
          {hit.explain && <ScoreBar explain={hit.explain} />}
          {hit.explain && (
            <Button
              kind="quiet"
              aria-expanded={explained}
              aria-controls={explained ? explanation : undefined}
              onClick={onExplain}
            >
              {explained ? "Close explanation" : "Explain"}
            </Button>
          )}
        </div>
        {explained && hit.explain && <Explanation id={explanation} score={hit.score} explain={hit.explain} />}
      </div>
    </li>
  );
}

/** Metadata with every hit, but only as much as fits a line or two. */
const MAX_FACTS = 6;

function HitFacts({ hit }: { hit: Hit }) {
  const facts = Object.entries(hit.metadata).filter(([, value]) => value !== null && typeof value !== "object");
  return (
    <p className={styles.facts}>
      <Foreign className={styles.id}>{hit.id}</Foreign>
      <span>
        {formatCount(hit.passage.start)}–{formatCount(hit.passage.end)}
      </span>
      {facts.slice(0, MAX_FACTS).map(([name, value]) => (
        <Foreign key={name}>{`${name} ${typeof value === "string" ? value : JSON.stringify(value)}`}</Foreign>
      ))}
      {hit.tags?.map((tag) => (
        <Foreign key={tag}>{`#${tag}`}</Foreign>
      ))}
    </p>
  );
}

function spansIn(hit: Hit, field: Highlight["field"]): Highlight[] {
  return hit.highlights.filter((highlight) => highlight.field === field);
}
