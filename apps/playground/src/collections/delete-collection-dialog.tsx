import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { CollectionInfo } from "@galen/db/schemas";
import { useState } from "react";
import { announce } from "../state/announcement.ts";
import { api } from "../state/api.ts";
import { formatCountOf } from "../state/format.ts";
import { navigate } from "../state/history.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import field from "../ui/field.module.css";
import { ProblemMessage } from "../ui/message.tsx";
import styles from "./collections.module.css";

export function DeleteCollectionDialog({ info, onClose }: { info: CollectionInfo; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const queries = useQueryClient();
  const drop = useMutation({
    mutationFn: () => api.collections.delete(info.name),
    onSuccess: async () => {
      announce(`Collection ${info.name} deleted`);
      navigate({ page: "collections" });
      await queries.invalidateQueries({ queryKey: ["collections"] });
    },
  });
  const sure = typed === info.name && !drop.isPending;
  return (
    <Dialog title={`Delete ${info.name}`} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) drop.mutate();
        }}
      >
        <p>
          This removes the collection with its {formatCountOf(info.documents, "document")} from the server. It cannot be
          undone.
        </p>
        <label className={field.field}>
          <span className={field.label}>Type the collection's name</span>
          <input
            className={field.input}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        {drop.error && <ProblemMessage error={drop.error} what="The collection was not deleted." />}
        <div className={styles.actions}>
          <Button kind="danger" type="submit" disabled={!sure}>
            Delete collection
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
