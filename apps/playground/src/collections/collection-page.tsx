import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { DocumentSummary } from "@galen/db/schemas";
import { useState } from "react";
import { api } from "../state/api.ts";
import { formatAgo, formatBytes, formatCount, formatCountOf } from "../state/format.ts";
import { formatRoute } from "../state/route.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import facts from "../ui/facts.module.css";
import { Foreign } from "../ui/foreign.tsx";
import { Command, Message, ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import styles from "./collections.module.css";
import { DeleteCollectionDialog } from "./delete-collection-dialog.tsx";

export function CollectionPage({ collection }: { collection: string }) {
  return (
    <div className={styles.columns}>
      <Documents collection={collection} />
      <Facts collection={collection} />
    </div>
  );
}

function Documents({ collection }: { collection: string }) {
  const documents = useInfiniteQuery({
    queryKey: ["documents", collection],
    queryFn: ({ signal, pageParam }) => api.documents.list(collection, pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.cursor,
  });
  if (documents.error && !documents.data)
    return (
      <ProblemMessage
        error={documents.error}
        what="The documents were not loaded."
        retry={() => void documents.refetch()}
      />
    );
  if (!documents.data) return <Skeleton rows={10} />;
  const rows = documents.data.pages.flatMap((page) => page.documents);
  const total = documents.data.pages[0]?.total ?? rows.length;
  return (
    <section className={styles.section}>
      <h1>{formatCountOf(total, "document")}</h1>
      {total === 0 ? (
        <NoDocuments collection={collection} />
      ) : (
        <ul className={styles.documents}>
          {rows.map((row) => (
            <DocumentRow key={row.id} collection={collection} document={row} />
          ))}
        </ul>
      )}
      {documents.hasNextPage && (
        <Button onClick={() => void documents.fetchNextPage()} disabled={documents.isFetchingNextPage}>
          Show {Math.min(20, total - rows.length)} more
        </Button>
      )}
    </section>
  );
}

function DocumentRow({ collection, document }: { collection: string; document: DocumentSummary }) {
  return (
    <li className={styles.document}>
      <a href={formatRoute({ page: "document", collection, id: document.id })}>
        <Foreign>{document.title ?? document.id}</Foreign>
      </a>
      <p className={styles.snippet}>
        <Foreign>{document.snippet}</Foreign>
      </p>
      <p className={styles.meta}>
        <Foreign>{document.id}</Foreign> · {formatCountOf(document.length, "character")} ·{" "}
        {formatAgo(document.updated_at)}
      </p>
    </li>
  );
}

function Facts({ collection }: { collection: string }) {
  const info = useQuery({
    queryKey: ["collection", collection],
    queryFn: ({ signal }) => api.collections.get(collection, { signal }),
  });
  const fields = useQuery({
    queryKey: ["fields", collection],
    queryFn: ({ signal }) => api.collections.fields(collection, { signal }),
  });
  const [deleting, setDeleting] = useState(false);
  if (!info.data) return null;
  const declared = Object.entries(fields.data?.declared ?? info.data.fields);
  const seen = (fields.data?.seen ?? []).filter((name) => !declared.some(([other]) => other === name));
  return (
    <section className={styles.section}>
      <h2>About this collection</h2>
      <dl className={facts.list}>
        <Fact name="passages">{formatCount(info.data.passages)}</Fact>
        <Fact name="size on disk">{formatBytes(info.data.bytes)}</Fact>
        <Fact name="last write">{formatAgo(info.data.updated_at)}</Fact>
        <Fact name="model">{info.data.model}</Fact>
        <Fact name="dimensions">{formatCount(info.data.dimension)}</Fact>
        <Fact name="typed fields">{declared.map(([name, type]) => `${name}: ${type}`).join(", ") || "none"}</Fact>
        {seen.length > 0 && <Fact name="other fields">{seen.join(", ")}</Fact>}
      </dl>
      <Button kind="danger" onClick={() => setDeleting(true)}>
        Delete collection
      </Button>
      {deleting && <DeleteCollectionDialog info={info.data} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Foreign>{children}</Foreign>
      </dd>
    </div>
  );
}

function NoDocuments({ collection }: { collection: string }) {
  return (
    <Message
      title="This collection is empty"
      actions={<ButtonLink href={formatRoute({ page: "add", collection })}>Add documents</ButtonLink>}
    >
      <p>Add files on this page, or index a folder from the command line:</p>
      <Command>{`galen index ${collection} ./docs`}</Command>
    </Message>
  );
}
