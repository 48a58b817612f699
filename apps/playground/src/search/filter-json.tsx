import { useState } from "react";
import type { Filter } from "@galen/db/schemas";
import { isFilter } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import field from "../ui/field.module.css";
import styles from "./filter.module.css";

/** The filter as it goes over the wire: the place for `and`, `or` and `not`. */
export function FilterJson({ text, onFilter }: { text: string; onFilter: (filter: Filter | undefined) => void }) {
  const [draft, setDraft] = useState(text);
  const read = readFilter(draft);
  return (
    <form
      className={styles.json}
      onSubmit={(event) => {
        event.preventDefault();
        if (read.ok) onFilter(Object.keys(read.filter).length > 0 ? read.filter : undefined);
      }}
    >
      <label className={field.field}>
        <span className={field.label}>Filter as JSON</span>
        <textarea
          className={classes(field.input, field.code)}
          rows={Math.min(12, draft.split("\n").length + 1)}
          spellCheck={false}
          value={draft}
          aria-invalid={!read.ok}
          onChange={(event) => setDraft(event.target.value)}
        />
        {read.ok ? (
          <span className={field.hint}>{'For example {"or":[{"year":{"gte":2010}},{"source":"NIDDK"}]}'}</span>
        ) : (
          <span className={field.error}>{read.reason}</span>
        )}
      </label>
      <Button type="submit" disabled={!read.ok}>
        Apply filter
      </Button>
    </form>
  );
}

function readFilter(text: string): { ok: true; filter: Filter } | { ok: false; reason: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isFilter(value) ? { ok: true, filter: value } : { ok: false, reason: "A filter is an object, { … }." };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
