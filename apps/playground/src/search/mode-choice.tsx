import { useQuery } from "@tanstack/react-query";
import type { SearchMode } from "@galen/db/schemas";
import { api } from "../state/api.ts";
import { searchModes } from "../state/route.ts";
import styles from "./search.module.css";

const meanings: Record<SearchMode, string> = {
  hybrid: "by words and meaning",
  keyword: "by words",
  dense: "by meaning",
};

interface ModeChoiceProps {
  readonly collection: string;
  readonly mode: SearchMode;
  readonly onMode: (mode: SearchMode) => void;
}

/** Nothing for a collection without vectors, which is searched by words alone. */
export function ModeChoice({ collection, mode, onMode }: ModeChoiceProps) {
  const info = useQuery({
    queryKey: ["collection", collection],
    queryFn: ({ signal }) => api.collections.get(collection, { signal }),
    staleTime: 60_000,
  });
  if (info.data?.dense === false) return null;
  return (
    <fieldset className={styles.modes}>
      <legend className="visually-hidden">Search mode</legend>
      {searchModes.map((choice) => (
        <label key={choice} className={styles.mode} data-mode={choice}>
          <input type="radio" name="mode" value={choice} checked={mode === choice} onChange={() => onMode(choice)} />
          {choice} <span className={styles.meaning}>{meanings[choice]}</span>
        </label>
      ))}
    </fieldset>
  );
}
