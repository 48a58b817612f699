import { useQuery } from "@tanstack/react-query";
import type { Document, Span } from "@galen/db/schemas";
import type { TextWindow } from "@galen/server/client";
import { useLayoutEffect, useRef } from "react";
import { api } from "../state/api.ts";
import { formatCount, formatCountOf, formatMoment } from "../state/format.ts";
import { formatRoute } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import facts from "../ui/facts.module.css";
import { Foreign } from "../ui/foreign.tsx";
import { ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import styles from "./documents.module.css";
import { MAX_WHOLE_DOCUMENT, useTextWindow } from "./use-text-window.ts";

interface DocumentViewProps {
  readonly collection: string;
  readonly id: string;
  readonly at?: Span | undefined;
  readonly heading: "h1" | "h2";
}

/** A document opened at a span: the span boxed and scrolled to, with the text around it. */
export function DocumentView({ collection, id, at, heading: Heading }: DocumentViewProps) {
  const text = useTextWindow({ collection, id, at });
  const whole = useQuery({
    queryKey: ["document", collection, id],
    queryFn: ({ signal }) => api.documents.get(collection, id, { signal }),
    enabled: text.data !== undefined && text.data.length <= MAX_WHOLE_DOCUMENT,
  });
  if (text.error && !text.data)
    return <ProblemMessage error={text.error} what="The document was not loaded." retry={() => void text.refetch()} />;
  if (!text.data) return <Skeleton rows={1} lines={16} />;
  const { title, length } = text.data;
  return (
    <article className={styles.document}>
      <Heading className={styles.title}>
        <Foreign>{title ?? id}</Foreign>
      </Heading>
      <p className={styles.where}>
        {title !== undefined && <Foreign>{id}</Foreign>}
        <span>
          {at
            ? `characters ${formatCount(at.start)}–${formatCount(at.end)} of ${formatCount(length)}`
            : formatCountOf(length, "character")}
        </span>
      </p>
      {text.hasPreviousPage && (
        <Button onClick={() => void text.fetchPreviousPage()} disabled={text.isFetching}>
          Show earlier text
        </Button>
      )}
      <DocumentText window={text.data} at={at} />
      {text.hasNextPage && (
        <Button onClick={() => void text.fetchNextPage()} disabled={text.isFetching}>
          Show later text
        </Button>
      )}
      {whole.data && <DocumentFacts collection={collection} document={whole.data} />}
    </article>
  );
}

function DocumentText({ window: { id, text, start }, at }: { window: TextWindow; at: Span | undefined }) {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (box.current) scrollToMiddle(box.current);
  }, [id, at?.start, at?.end]);
  if (!at || at.end <= start || at.start >= start + text.length)
    return (
      <div className={styles.text} dir="auto" data-testid="document-text">
        {text}
      </div>
    );
  const [from, to] = [Math.max(0, at.start - start), at.end - start];
  return (
    <div className={styles.text} dir="auto" data-testid="document-text">
      {text.slice(0, from)}
      <mark ref={box} className={styles.cited} data-span={`${at.start}-${at.end}`}>
        {text.slice(from, to)}
      </mark>
      {text.slice(to)}
    </div>
  );
}

/** Scrolls the nearest scroller alone: scrollIntoView would move the page behind a panel as well. */
function scrollToMiddle(element: HTMLElement): void {
  const scroller = element.closest<HTMLElement>("[data-scroller]");
  const box = element.getBoundingClientRect();
  if (!scroller) {
    window.scrollTo({ top: window.scrollY + box.top - Math.max(innerHeight * 0.3, (innerHeight - box.height) / 3) });
    return;
  }
  const frame = scroller.getBoundingClientRect();
  scroller.scrollTop += box.top - frame.top - Math.max(24, (frame.height - box.height) / 3);
}

function DocumentFacts({ collection, document }: { collection: string; document: Document }) {
  const metadata = Object.entries(document.metadata);
  return (
    <>
      <section className={styles.section}>
        <h3>Metadata</h3>
        <dl className={facts.list}>
          {metadata.map(([name, value]) => (
            <Fact key={name} name={name}>
              {typeof value === "string" ? value : JSON.stringify(value)}
            </Fact>
          ))}
          {document.tags && document.tags.length > 0 && <Fact name="tags">{document.tags.join(", ")}</Fact>}
          <Fact name="added">{formatMoment(document.created_at)}</Fact>
          <Fact name="last write">{formatMoment(document.updated_at)}</Fact>
        </dl>
      </section>
      {document.passages.length > 1 && (
        <details className={styles.section}>
          <summary>{formatCountOf(document.passages.length, "passage")}</summary>
          <ol className={styles.passages}>
            {document.passages.map((passage) => (
              <li key={passage.start}>
                <a href={formatRoute({ page: "document", collection, id: document.id, at: passage })}>
                  {formatCount(passage.start)}–{formatCount(passage.end)}
                </a>{" "}
                <Foreign>{`${document.text.slice(passage.start, passage.start + 80)} …`}</Foreign>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>
        <Foreign>{name}</Foreign>
      </dt>
      <dd>
        <Foreign>{children}</Foreign>
      </dd>
    </div>
  );
}
