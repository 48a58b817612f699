import { chipLabel, chipsOf, withoutChip } from "../state/filter-chips.ts";
import type { SearchRoute } from "../state/route.ts";
import type { ChangeSearch } from "../state/search-request.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";

export function NothingAsked({ broken }: { broken: boolean }) {
  if (broken)
    return (
      <Message tone="warn" title="The filter in this address cannot be read">
        <p>It is no JSON object. Mend it above and apply it, or remove it.</p>
      </Message>
    );
  return (
    <Message title="Search the documents">
      <p>
        Type words, a name or a whole question. Press <kbd>/</kbd> to come back to the field and <kbd>?</kbd> for all
        keys.
      </p>
    </Message>
  );
}

interface NoHitsProps {
  readonly route: SearchRoute;
  readonly onChange: ChangeSearch;
}

export function NoHits({ route, onChange }: NoHitsProps) {
  const { filter, mode } = route;
  if (filter)
    return (
      <Message
        title="No document matches both the query and the filter"
        actions={chipsOf(filter).map((chip) => (
          <Button key={chipLabel(chip)} onClick={() => onChange({ filter: withoutChip(filter, chip) })}>
            Remove {chipLabel(chip)}
          </Button>
        ))}
      />
    );
  return (
    <Message
      title={mode === "keyword" ? "No document holds these words" : "No document matches"}
      actions={
        mode === "keyword" && <Button onClick={() => onChange({ mode: "hybrid" })}>Search by words and meaning</Button>
      }
    >
      <p>
        {mode === "keyword"
          ? "Other words may stand in the documents for the same thing."
          : "The collection may be empty, or still being indexed."}
      </p>
    </Message>
  );
}
