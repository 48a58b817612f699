import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../state/announcement.ts";
import { api } from "../state/api.ts";
import { navigate } from "../state/history.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Dialog } from "../ui/dialog.tsx";
import field from "../ui/field.module.css";
import { ProblemMessage } from "../ui/message.tsx";
import styles from "./collections.module.css";
import { parseFields } from "./parse-fields.ts";

export function NewCollectionDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [fieldLines, setFieldLines] = useState("");
  const fields = parseFields(fieldLines);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => api.collections.create({ name: name.trim(), fields: fields.types }),
    onSuccess: async ({ name }) => {
      await queries.invalidateQueries({ queryKey: ["collections"] });
      announce(`Collection ${name} created`);
      onClose();
      navigate({ page: "add", collection: name });
    },
  });
  const ready = name.trim() !== "" && fields.wrong === undefined && !create.isPending;
  return (
    <Dialog title="New collection" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) create.mutate();
        }}
      >
        <label className={field.field}>
          <span className={field.label}>Name</span>
          <input
            className={field.input}
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <span className={field.hint}>Letters, digits, - and _; it stands in addresses and commands.</span>
        </label>
        <label className={field.field}>
          <span className={field.label}>Typed metadata fields (optional)</span>
          <textarea
            className={classes(field.input, field.code)}
            rows={4}
            value={fieldLines}
            placeholder={"year: number\nsource: string"}
            onChange={(event) => setFieldLines(event.target.value)}
            spellCheck={false}
          />
          {fields.wrong === undefined ? (
            <span className={field.hint}>
              One a line: string, number, boolean, date or string[]. Other metadata is kept and can be filtered by
              equality.
            </span>
          ) : (
            <span className={field.error}>
              Line {fields.wrong}: write a name, a colon and one of string, number, boolean, date, string[].
            </span>
          )}
        </label>
        {create.error && <ProblemMessage error={create.error} what="The collection was not created." />}
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={!ready}>
            Create collection
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
