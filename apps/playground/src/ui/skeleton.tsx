import styles from "./skeleton.module.css";

interface SkeletonProps {
  readonly rows?: number;
  /** Lines of text in a row, below its title. */
  readonly lines?: number;
  readonly label?: string;
}

/** The shape of what is coming, as high as it will be: nothing moves when it comes. Assistive technology reads one word. */
export function Skeleton({ rows = 4, lines = 2, label = "Loading" }: SkeletonProps) {
  return (
    <div className={styles.rows} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden="true">
          {Array.from({ length: lines + 1 }, (_, line) => (
            <span key={line} />
          ))}
        </div>
      ))}
    </div>
  );
}
