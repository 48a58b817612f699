import type { SearchMode } from "@galen/db/schemas";
import { searchModes } from "../state/route.ts";
import styles from "./search.module.css";

const meanings: Record<SearchMode, string> = {
  hybrid: "by words and meaning",
  keyword: "by words",
  dense: "by meaning",
};

export function ModeChoice({ mode, onMode }: { mode: SearchMode; onMode: (mode: SearchMode) => void }) {
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
