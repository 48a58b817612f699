import { useEffect, useId, useRef, useState } from "react";
import type { FieldType, Hit } from "@galen/db/schemas";
import {
  operatorsFor,
  operatorWord,
  parseValue,
  type Chip,
  type ChipValue,
  type Operator,
} from "../state/filter-chips.ts";
import { Button } from "../ui/button.tsx";
import field from "../ui/field.module.css";
import styles from "./filter.module.css";

interface FilterFormProps {
  readonly start: Extract<Chip, { kind: "condition" }> | undefined;
  readonly fields: { readonly declared: Readonly<Record<string, FieldType>>; readonly seen: readonly string[] };
  readonly hits: readonly Hit[];
  readonly onAdd: (condition: { field: string; operator: Operator; value: ChipValue }) => void;
  readonly onCancel: () => void;
}

/** Field, operator, value. Values of the hits on screen are offered; any other can be typed. */
export function FilterForm({ start, fields, hits, onAdd, onCancel }: FilterFormProps) {
  const names = [...new Set([...Object.keys(fields.declared), ...fields.seen, "tags"])];
  const [name, setName] = useState(start?.field ?? names[0] ?? "");
  const type = name === "tags" ? "string[]" : fields.declared[name];
  const operators = operatorsFor(type);
  const [chosen, setOperator] = useState<Operator | undefined>(start?.operator);
  const operator = chosen !== undefined && operators.includes(chosen) ? chosen : (operators[0] ?? "eq");
  const [text, setText] = useState(start && typeof start.value !== "object" ? String(start.value) : "");
  const value = operator === "exists" ? true : parseValue(text, type);
  const ids = useId();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);

  return (
    <form
      className={styles.form}
      aria-label="Filter"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== undefined) onAdd({ field: name, operator, value });
      }}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
    >
      <label className={field.field}>
        <span className={field.label}>Field</span>
        <select ref={first} className={field.input} value={name} onChange={(event) => setName(event.target.value)}>
          {names.map((one) => (
            <option key={one} value={one}>
              {one}
              {fields.declared[one] ? ` (${fields.declared[one]})` : ""}
            </option>
          ))}
        </select>
      </label>
      <label className={field.field}>
        <span className={field.label}>Condition</span>
        <select
          className={field.input}
          value={operator}
          onChange={(event) => setOperator(event.target.value as Operator)}
        >
          {operators.map((one) => (
            <option key={one} value={one}>
              {operatorWord(one)}
            </option>
          ))}
        </select>
      </label>
      {operator !== "exists" && (
        <label className={field.field}>
          <span className={field.label}>Value</span>
          <input
            className={field.input}
            list={`${ids}values`}
            value={text}
            autoComplete="off"
            aria-describedby={`${ids}hint`}
            onChange={(event) => setText(event.target.value)}
          />
          <datalist id={`${ids}values`}>
            {valuesOf(hits, name).map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </label>
      )}
      <div className={styles.actions}>
        <Button kind="primary" type="submit" disabled={value === undefined}>
          {start ? "Change filter" : "Add filter"}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      <p id={`${ids}hint`} className={field.hint}>
        {text.trim() !== "" && value === undefined ? `${name} holds values of type ${type}.` : hintFor(type)}
      </p>
    </form>
  );
}

function hintFor(type: FieldType | undefined): string {
  if (type === "date") return "A date is written 2019-05-31.";
  if (type === "boolean") return "true or false";
  if (type === "string[]") return "Matches when one of the list's values does.";
  return "Upper and lower case count.";
}

function valuesOf(hits: readonly Hit[], name: string): string[] {
  const values = hits.flatMap((hit) => (name === "tags" ? (hit.tags ?? []) : [hit.metadata[name]].flat()));
  return [
    ...new Set(
      values.filter((value) => value !== undefined && value !== null && typeof value !== "object").map(String),
    ),
  ].toSorted();
}
