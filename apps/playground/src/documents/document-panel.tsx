import { X } from "lucide-react";
import type { Span } from "@galen/db/schemas";
import { formatRoute } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { DocumentView } from "./document-view.tsx";
import styles from "./documents.module.css";

interface DocumentPanelProps {
  readonly collection: string;
  readonly id: string;
  readonly at?: Span | undefined;
  readonly onClose: () => void;
}

/** A document beside the results or the answer. */
export function DocumentPanel({ collection, id, at, onClose }: DocumentPanelProps) {
  return (
    <section className={styles.panel} data-testid="document-panel">
      <div className={styles.head}>
        <h2>{at ? "Passage in its document" : "Document"}</h2>
        <a href={formatRoute({ page: "document", collection, id, ...(at && { at }) })}>Open as a page</a>
        <Button kind="icon" aria-label="Close the document" onClick={onClose}>
          <X size={20} strokeWidth={1.75} aria-hidden />
        </Button>
      </div>
      {/* A scroller that holds no control must be reachable by keyboard itself. */}
      <div className={styles.scroller} data-scroller tabIndex={0} role="region" aria-label="Text of the document">
        <DocumentView key={id} collection={collection} id={id} at={at} heading="h2" />
      </div>
    </section>
  );
}
