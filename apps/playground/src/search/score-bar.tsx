import type { Explanation } from "@galen/db/schemas";
import { partsOf } from "../state/score-parts.ts";
import styles from "./score.module.css";

/** The score as its parts, end to end, on the scale from 0 to 1. The figures stand beside it and in the explanation. */
export function ScoreBar({ explain }: { explain: Explanation }) {
  return (
    <span className={styles.track} aria-hidden>
      {partsOf(explain).map(({ leg, part }) => (
        <span key={leg} className={styles.part} data-leg={leg} style={{ inlineSize: `${part * 100}%` }} />
      ))}
    </span>
  );
}
