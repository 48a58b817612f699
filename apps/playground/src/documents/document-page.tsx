import type { Span } from "@galen/db/schemas";
import { DocumentView } from "./document-view.tsx";
import styles from "./documents.module.css";

export function DocumentPage({ collection, id, at }: { collection: string; id: string; at?: Span }) {
  return (
    <div className={styles.page}>
      <DocumentView collection={collection} id={id} at={at} heading="h1" />
    </div>
  );
}
