import { Fragment } from "react";
import type { Span } from "@galen/db/schemas";
import { segments } from "../state/spans.ts";

/** A string that is not ours: its own direction, never able to turn what stands around it. */
export function Foreign({ children, className }: { children: string; className?: string | undefined }) {
  return (
    <bdi dir="auto" className={className}>
      {children}
    </bdi>
  );
}

/** Text with marked spans; `window` shows a part of it with an ellipsis on the cut sides. */
export function Marked({ text, spans, window }: { text: string; spans: readonly Span[]; window?: Span }) {
  const cut = window ?? { start: 0, end: text.length };
  return (
    <bdi dir="auto">
      {cut.start > 0 && "… "}
      {segments(text, spans, cut).map((part) => (
        <Fragment key={part.start}>{part.marked ? <mark>{part.text}</mark> : part.text}</Fragment>
      ))}
      {cut.end < text.length && " …"}
    </bdi>
  );
}
