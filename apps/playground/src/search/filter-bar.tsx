import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { Filter, Hit } from "@galen/db/schemas";
import { api } from "../state/api.ts";
import { chipLabel, chipsOf, withCondition, withoutChip, type Chip } from "../state/filter-chips.ts";
import type { SearchRoute } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import { FilterForm } from "./filter-form.tsx";
import { FilterJson } from "./filter-json.tsx";
import styles from "./filter.module.css";

interface FilterBarProps {
  readonly route: SearchRoute;
  readonly hits: readonly Hit[];
  readonly adding: boolean;
  readonly onAdding: (adding: boolean) => void;
  readonly onFilter: (filter: Filter | undefined) => void;
}

/** The filter as chips, as a form for one more, and as the JSON of the wire: three views of the same tree. */
export function FilterBar({ route, hits, adding, onAdding, onFilter }: FilterBarProps) {
  const { collection, filter, brokenFilter } = route;
  const [editing, setEditing] = useState<Chip>();
  const [json, setJson] = useState(brokenFilter !== undefined);
  const fields = useQuery({
    queryKey: ["fields", collection],
    queryFn: ({ signal }) => api.collections.fields(collection, { signal }),
    staleTime: 60_000,
  });
  const remove = (chip: Chip) => onFilter(filter && withoutChip(filter, chip));
  const close = () => {
    onAdding(false);
    setEditing(undefined);
  };
  return (
    <div className={styles.filters}>
      <div className={styles.bar}>
        <ul className={styles.chips} aria-label="Filters">
          {chipsOf(filter).map((chip) => (
            <li key={chipLabel(chip)} className={styles.chip}>
              <button
                type="button"
                className={styles.label}
                title="Edit"
                onClick={() => (chip.kind === "group" ? setJson(true) : setEditing(chip))}
                onKeyDown={(event) => event.key === "Delete" && remove(chip)}
              >
                <Foreign>{chipLabel(chip)}</Foreign>
              </button>
              <button
                type="button"
                className={styles.remove}
                aria-label={`Remove filter ${chipLabel(chip)}`}
                onClick={() => remove(chip)}
              >
                <X size={16} strokeWidth={1.75} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
        <Button kind="quiet" aria-expanded={adding} onClick={() => onAdding(!adding)}>
          <Plus size={16} strokeWidth={1.75} aria-hidden />
          Add filter
        </Button>
        <Button kind="quiet" aria-expanded={json} onClick={() => setJson(!json)}>
          {json ? "Close JSON" : "Edit as JSON"}
        </Button>
      </div>
      {(adding || editing) && (
        <FilterForm
          key={editing ? chipLabel(editing) : "new"}
          start={editing?.kind === "condition" ? editing : undefined}
          fields={fields.data ?? { declared: {}, seen: [] }}
          hits={hits}
          onCancel={close}
          onAdd={(condition) => {
            const rest = editing && filter ? withoutChip(filter, editing) : filter;
            onFilter(withCondition(rest, condition));
            close();
          }}
        />
      )}
      {json && (
        <FilterJson
          key={JSON.stringify(filter)}
          text={brokenFilter ?? JSON.stringify(filter ?? {}, null, 2)}
          onFilter={onFilter}
        />
      )}
    </div>
  );
}
