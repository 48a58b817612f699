import { useQuery } from "@tanstack/react-query";
import type { CollectionInfo } from "@galen/db/schemas";
import { useState } from "react";
import { api } from "../state/api.ts";
import { formatAgo, formatBytes, formatCount, formatCountOf, formatMoment } from "../state/format.ts";
import { formatRoute } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import field from "../ui/field.module.css";
import { Foreign } from "../ui/foreign.tsx";
import { Command, Message, ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import styles from "./collections.module.css";
import { NewCollectionDialog } from "./new-collection-dialog.tsx";

/** A filter over fewer names than this is furniture. */
const MANY = 8;

export function CollectionsPage() {
  const collections = useQuery({
    queryKey: ["collections"],
    queryFn: ({ signal }) => api.collections.list({ signal }),
  });
  const [creating, setCreating] = useState(false);
  const [part, setPart] = useState("");
  const all = collections.data?.collections ?? [];
  const shown = all.filter(({ name }) => name.toLowerCase().includes(part.trim().toLowerCase()));
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>Collections</h1>
        {all.length > MANY && (
          <input
            className={field.input}
            type="search"
            aria-label="Filter names"
            placeholder="Filter names"
            value={part}
            onChange={(event) => setPart(event.target.value)}
          />
        )}
        <Button onClick={() => setCreating(true)}>New collection</Button>
      </div>
      {collections.error ? (
        <ProblemMessage
          error={collections.error}
          what="The collections were not loaded."
          retry={() => void collections.refetch()}
        />
      ) : !collections.data ? (
        <Skeleton rows={3} />
      ) : all.length === 0 ? (
        <NoCollections />
      ) : (
        <CollectionTable collections={shown} total={all.length} />
      )}
      {creating && <NewCollectionDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function CollectionTable({ collections, total }: { collections: readonly CollectionInfo[]; total: number }) {
  if (collections.length === 0)
    return <Message title={`None of the ${formatCountOf(total, "collection")} has such a name.`} />;
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col" className={styles.number}>
              documents
            </th>
            <th scope="col" className={styles.number}>
              passages
            </th>
            <th scope="col" className={styles.number}>
              size
            </th>
            <th scope="col">last write</th>
            <th scope="col">model</th>
          </tr>
        </thead>
        <tbody>
          {collections.map((collection) => (
            <CollectionRow key={collection.name} {...collection} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CollectionRow({ name, documents, passages, bytes, updated_at, model }: CollectionInfo) {
  return (
    <tr>
      <th scope="row">
        <a href={formatRoute({ page: "search", collection: name, query: "", mode: "hybrid", explain: "none" })}>
          <Foreign>{name}</Foreign>
        </a>
      </th>
      <td className={styles.number}>{formatCount(documents)}</td>
      <td className={styles.number}>{formatCount(passages)}</td>
      <td className={styles.number}>{formatBytes(bytes)}</td>
      <td>
        <time dateTime={updated_at} title={formatMoment(updated_at)}>
          {formatAgo(updated_at)}
        </time>
      </td>
      <td className={styles.model}>
        <Foreign>{model}</Foreign>
      </td>
    </tr>
  );
}

function NoCollections() {
  return (
    <Message title="There is no collection yet">
      <p>Create one here, or index a folder from the command line; it appears on this page.</p>
      <Command>galen index notes ./docs</Command>
    </Message>
  );
}
