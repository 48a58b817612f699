import { useMemo } from "react";
import { answerParts } from "../state/answer-text.ts";
import styles from "./answers.module.css";
import { CitationPopover } from "./citation-popover.tsx";
import type { Turn } from "./thread.ts";
import type { OpenPassage } from "./turn-view.tsx";
import { useCitationPopover } from "./use-citation-popover.ts";

/** The answer in the voice of the sources, its numbers as buttons that open what they rest on. */
export function AnswerText({ turn, onOpen }: { turn: Turn; onOpen: OpenPassage }) {
  const { text, citations, state } = turn;
  const markers = useMemo(() => new Set(citations.map(({ marker }) => marker)), [citations]);
  const parts = answerParts(text, markers, { streaming: state === "running", unverified: turn.answer?.unverified });
  const popover = useCitationPopover();
  const shown = citations.filter(({ marker }) => marker === popover.marker);
  if (parts.length === 0) return null;
  return (
    <>
      <div className={styles.answer} dir="auto">
        {parts.map((part, index) =>
          part.kind === "text" ? (
            <span key={index} className={part.unverified ? styles.unverified : undefined}>
              {part.text}
            </span>
          ) : (
            <button
              key={part.key}
              type="button"
              className={styles.marker}
              data-citation={part.marker}
              aria-label={`Citation ${part.marker}`}
              aria-haspopup="dialog"
              aria-expanded={popover.anchorKey === part.key}
              {...popover.trigger(part)}
            >
              {part.marker}
            </button>
          ),
        )}
      </div>
      {parts.some((part) => part.kind === "text" && part.unverified) && (
        <p className={styles.warning}>No cited passage supports the parts with a wavy line. Check them elsewhere.</p>
      )}
      <CitationPopover
        popover={popover}
        citations={shown}
        onOpen={(citation) => {
          const from = popover.anchor.current;
          popover.close();
          onOpen(citation.document_id, { start: citation.start, end: citation.end }, from);
        }}
      />
    </>
  );
}
