import { searchUrl } from "../state/api.ts";
import { curlCommand } from "../state/curl.ts";
import type { SearchRoute } from "../state/route.ts";
import { searchRequestOf } from "../state/search-request.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Command } from "../ui/message.tsx";
import styles from "./search.module.css";

/** The search on the screen as a command: the same request, the same hits. */
export function CopyAsDialog({ route, onClose }: { route: SearchRoute; onClose: () => void }) {
  const command = curlCommand({ url: searchUrl(route.collection), body: searchRequestOf(route) });
  return (
    <Dialog title="This search as curl" onClose={onClose}>
      <div className={styles.snippet}>
        <Command>{command}</Command>
        <CopyButton kind="primary" text={command}>
          Copy
        </CopyButton>
      </div>
    </Dialog>
  );
}
