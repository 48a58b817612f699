import { usePreference } from "../ui/hooks.ts";
import { preferences, type Theme } from "../state/preferences.ts";
import styles from "./footer.module.css";

export function Footer() {
  const theme = usePreference("theme");
  return (
    <footer className={styles.footer}>
      <span>Sources are set in serif, Galen speaks in sans.</span>
      <label className={styles.theme}>
        Theme
        <select value={theme} onChange={(event) => (preferences.theme = event.target.value as Theme)}>
          <option value="system">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
    </footer>
  );
}
