import { X } from "lucide-react";
import { useState } from "react";
import type { Citation } from "@galen/rag/schemas";
import { formatCount } from "../state/format.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import styles from "./answers.module.css";
import type { CitationPopoverState } from "./use-citation-popover.ts";

interface CitationPopoverProps {
  readonly popover: CitationPopoverState;
  /** All places that one number stands for; mostly one. */
  readonly citations: readonly Citation[];
  readonly onOpen: (citation: Citation) => void;
}

export function CitationPopover({ popover, citations, onOpen }: CitationPopoverProps) {
  return (
    <div
      ref={popover.element}
      popover="manual"
      className={styles.popover}
      role="dialog"
      aria-label={popover.marker === undefined ? "Citation" : `Citation ${popover.marker}`}
      onPointerEnter={popover.keep}
      onPointerLeave={popover.closeSoon}
    >
      <Quote key={popover.anchorKey} citations={citations} onOpen={onOpen} onClose={popover.close} />
    </div>
  );
}

function Quote({
  citations,
  onOpen,
  onClose,
}: {
  citations: readonly Citation[];
  onOpen: (citation: Citation) => void;
  onClose: () => void;
}) {
  const [index, setIndex] = useState(0);
  const citation = citations[Math.min(index, citations.length - 1)];
  if (!citation) return null;
  const { marker, title, document_id, start, end, quote } = citation;
  return (
    <>
      <div className={styles.cited}>
        <p>
          <span className={styles.number}>{marker}</span> <Foreign>{title ?? document_id}</Foreign>
        </p>
        <p className={styles.meta}>
          {title !== undefined && <Foreign>{document_id}</Foreign>}
          <span>
            {formatCount(start)}–{formatCount(end)}
          </span>
        </p>
      </div>
      <blockquote className={styles.quote} dir="auto" data-testid="quote">
        {quote}
      </blockquote>
      <div className={styles.actions}>
        <Button kind="primary" onClick={() => onOpen(citation)}>
          Open at passage
        </Button>
        <CopyButton text={`“${quote}” — ${title ?? document_id} (${document_id}, ${start}–${end})`}>
          Copy citation
        </CopyButton>
        {citations.length > 1 && (
          <Button kind="quiet" onClick={() => setIndex((index + 1) % citations.length)}>
            {index + 1} of {citations.length}, next
          </Button>
        )}
        <Button kind="icon" className={styles.close} aria-label="Close the citation" onClick={onClose}>
          <X size={20} strokeWidth={1.75} aria-hidden />
        </Button>
      </div>
    </>
  );
}
