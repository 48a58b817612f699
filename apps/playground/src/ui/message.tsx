import type { ReactNode } from "react";
import { problemOf } from "../state/problem.ts";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";
import { Foreign } from "./foreign.tsx";
import styles from "./message.module.css";

interface MessageProps {
  readonly title: ReactNode;
  readonly tone?: "plain" | "warn" | "danger";
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** A state in words: what is so, what follows from it, what to do next. */
export function Message({ title, tone = "plain", children, actions }: MessageProps) {
  return (
    <section
      className={classes(styles.message, tone !== "plain" && styles[tone])}
      role={tone === "danger" ? "alert" : undefined}
    >
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.body}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </section>
  );
}

/** A command that runs as it stands. */
export function Command({ children }: { children: string }) {
  return <pre className={styles.command}>{children}</pre>;
}

/** What failed, why, and the next step; with the code and the request's id for whoever looks into the log. */
export function ProblemMessage({
  error,
  what,
  retry,
}: {
  error: unknown;
  what: string;
  retry?: (() => void) | undefined;
}) {
  const problem = problemOf(error);
  return (
    <Message tone="danger" title={what} actions={retry && <Button onClick={retry}>Try again</Button>}>
      <p>
        <Foreign>{problem.detail}</Foreign>
      </p>
      {problem.hint && (
        <p>
          <Foreign>{problem.hint}</Foreign>
        </p>
      )}
      {problem.errors?.map(({ pointer, message }) => (
        <p key={pointer + message}>
          <code>{pointer}</code> <Foreign>{message}</Foreign>
        </p>
      ))}
      <p className={styles.code}>
        <code>{problem.code}</code>
        {problem.request_id && (
          <>
            {" · request "}
            <code>{problem.request_id}</code>
          </>
        )}
      </p>
    </Message>
  );
}
