import { useRef, useState, type DragEvent } from "react";
import { formatCountOf } from "../state/format.ts";
import { Button } from "../ui/button.tsx";
import { Command } from "../ui/message.tsx";
import styles from "./ingest.module.css";

interface DropZoneProps {
  readonly collection: string;
  /** Files that are being sent now. */
  readonly busy: number;
  readonly onFiles: (files: readonly File[]) => void;
}

export function DropZone({ collection, busy, onFiles }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) onFiles(files);
  };
  return (
    <div
      className={styles.zone}
      data-over={over || undefined}
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <div className={styles.drop}>
        <p className={styles.call}>{busy > 0 ? `Sending ${formatCountOf(busy, "file")}` : "Drop files here"}</p>
        <Button kind="primary" onClick={() => input.current?.click()} disabled={busy > 0}>
          Choose files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files"
          accept=".txt,.text,.md,.markdown,.csv,.tsv,.jsonl,.ndjson,.gz"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            event.target.value = "";
            if (files.length > 0) onFiles(files);
          }}
        />
      </div>
      <div className={styles.help}>
        <p>
          Text, Markdown, CSV and JSON lines, also packed as .gz. A table or a list becomes one document a record, with
          its other columns as metadata. The server does the work: you can close this page and come back.
        </p>
        <p>A whole folder goes faster from the command line:</p>
        <Command>{`galen index ${collection} ./docs`}</Command>
      </div>
    </div>
  );
}
