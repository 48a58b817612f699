import type { ReactNode } from "react";
import styles from "./workbench.module.css";

/** Work on the left, reading on the right. The right side keeps its place when it is empty, so nothing jumps when it fills. */
export function Workbench({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className={styles.workbench}>
      <div className={styles.main}>{children}</div>
      <aside className={styles.aside} aria-label="Document and help">
        {aside}
      </aside>
    </div>
  );
}
