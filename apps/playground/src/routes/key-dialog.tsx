import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { access } from "../state/api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import field from "../ui/field.module.css";
import styles from "./help-dialog.module.css";

/** Opens over the page when the server wants a key; then the page goes on where it was. */
export function KeyDialog() {
  const wanted = useSyncExternalStore(access.subscribe, () => access.wanted);
  const [key, setKey] = useState("");
  const queries = useQueryClient();
  if (!wanted) return null;
  return (
    <Dialog title="This server asks for a key" onClose={access.dismiss}>
      <form
        className={styles.body}
        onSubmit={(event) => {
          event.preventDefault();
          access.use(key.trim());
          setKey("");
          void queries.resetQueries();
        }}
      >
        <label className={field.field}>
          <span className={field.label}>Key</span>
          <input
            className={field.input}
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <span className={field.hint}>
            One of the keys the server was started with. It stays in this tab's memory until you close or reload it.
          </span>
        </label>
        <Button kind="primary" type="submit" disabled={key.trim() === ""}>
          Use this key
        </Button>
      </form>
    </Dialog>
  );
}
