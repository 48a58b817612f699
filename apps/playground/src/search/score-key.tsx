import { classes } from "../ui/classes.ts";
import styles from "./score.module.css";

/** What stands beside the results until a document is opened there. */
export function ScoreKey() {
  return (
    <section className={styles.key}>
      <h2>Reading the score</h2>
      <dl>
        <div>
          <dt>
            <span className={classes(styles.track, styles.swatch)} aria-hidden>
              <span className={styles.part} data-leg="dense" />
            </span>
            dense
          </dt>
          <dd>How near the passage's meaning is to the query's, by the embedding model.</dd>
        </div>
        <div>
          <dt>
            <span className={classes(styles.track, styles.swatch)} aria-hidden>
              <span className={styles.part} data-leg="keyword" />
            </span>
            keyword
          </dt>
          <dd>How well the passage's words match the query's. The words that count are underlined.</dd>
        </div>
      </dl>
      <p>
        Both are brought to a scale from 0 to 1 and weighted; laid end to end they are the score. It orders this list
        and is no probability.
      </p>
      <p>Choose a title to read the passage in its document here.</p>
    </section>
  );
}
