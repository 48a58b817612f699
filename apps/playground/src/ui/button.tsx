import type { ComponentProps } from "react";
import { classes } from "./classes.ts";
import styles from "./button.module.css";

type Kind = "plain" | "primary" | "danger" | "quiet" | "icon";

const kindClasses: Record<Kind, (string | undefined)[]> = {
  plain: [styles.button],
  primary: [styles.button, styles.primary],
  danger: [styles.button, styles.danger],
  quiet: [styles.quiet],
  icon: [styles.icon],
};

export function Button({ kind = "plain", className, ...rest }: ComponentProps<"button"> & { kind?: Kind }) {
  return <button type="button" className={classes(...kindClasses[kind], className)} {...rest} />;
}

/** A link that looks like a button: it goes somewhere, so it can be opened in a new tab and copied. */
export function ButtonLink({ kind = "plain", className, ...rest }: ComponentProps<"a"> & { kind?: Kind }) {
  return <a className={classes(...kindClasses[kind], className)} {...rest} />;
}
