import { preferences } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { Dialog } from "../ui/dialog.tsx";
import { usePreference } from "../ui/hooks.ts";
import styles from "./help-dialog.module.css";

const keys = [
  ["/", "Go to the search or question field"],
  ["j k", "Next and previous hit; Enter opens it"],
  ["e", "Explain the selected hit"],
  ["Shift e", "Explain all hits"],
  ["m", "Next search mode"],
  ["f", "Add a filter"],
  ["y", "Copy the search as curl"],
  ["[ ]", "Previous and next citation of the answer"],
  ["?", "This help"],
  ["Esc", "Close what is open"],
] as const;

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const shortcuts = usePreference("shortcuts");
  return (
    <Dialog title="Help" onClose={onClose}>
      <div className={styles.body}>
        <p>
          Galen finds passages by their words (keyword), by their meaning (dense), or by both (hybrid), and answers
          questions only from passages that it can show. Everything on a page can be linked: the address holds its
          state.
        </p>
        <dl className={styles.keys}>
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                {key.split(" ").map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={shortcuts}
            onChange={(event) => (preferences.shortcuts = event.target.checked)}
          />
          Use single-key shortcuts
        </label>
        <p>
          The same works from the command line (<code>galen --help</code>) and over HTTP (
          <a href="/openapi.json">OpenAPI description</a>).{" "}
          <a href={formatRoute({ page: "about" })} onClick={onClose}>
            Versions and the medical notice
          </a>
        </p>
      </div>
    </Dialog>
  );
}
