import type { Explanation as Explained } from "@galen/db/schemas";
import { formatScore } from "../state/format.ts";
import { partsOf, type ScorePart } from "../state/score-parts.ts";
import { ScoreBar } from "./score-bar.tsx";
import styles from "./score.module.css";

/** How the score came about: each leg on the 0–1 scale, the share its weight lets through, and both shares end to end. */
export function Explanation({ id, score, explain }: { id: string; score: number; explain: Explained }) {
  const parts = partsOf(explain);
  return (
    <div id={id} className={styles.explanation}>
      <table className={styles.table}>
        <caption className="visually-hidden">Score {formatScore(score)}, by leg</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">leg</th>
            <th scope="col">bar</th>
            <th scope="col">weight × normalized score = part</th>
            <th scope="col">raw score</th>
            <th scope="col">rank</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <LegRow key={part.leg} {...part} />
          ))}
          <tr className={styles.sum}>
            <th scope="row">score</th>
            <td>
              <ScoreBar explain={explain} />
            </td>
            <td className={styles.figures}>
              {parts.length > 1 && <span>{parts.map(({ part }) => formatScore(part)).join(" + ")} = </span>}
              <b>{formatScore(score)}</b>
            </td>
            <td colSpan={2}>{explain.fusion}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function LegRow({ leg, measure, raw, normalized, weight, part, rank }: ScorePart) {
  return (
    <tr>
      <th scope="row">
        <span className={styles.name} data-leg={leg}>
          {leg}
        </span>
      </th>
      <td>
        <span className={styles.track} aria-hidden>
          <span className={styles.whole} data-leg={leg} style={{ inlineSize: `${normalized * 100}%` }} />
          <span className={styles.part} data-leg={leg} data-part={leg} style={{ inlineSize: `${part * 100}%` }} />
        </span>
      </td>
      <td className={styles.figures}>
        {weight.toFixed(2)} × {formatScore(normalized)} = <b>{formatScore(part)}</b>
      </td>
      <td className={styles.raw}>
        {measure} {leg === "dense" ? formatScore(raw) : raw.toFixed(2)}
      </td>
      <td className={styles.raw}>{rank === null ? "not in this leg's list: scored exactly" : `rank ${rank}`}</td>
    </tr>
  );
}
