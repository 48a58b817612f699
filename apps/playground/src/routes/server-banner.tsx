import { connection } from "../state/api.ts";
import { formatClock } from "../state/format.ts";
import { Button } from "../ui/button.tsx";
import { useConnection, useNow } from "../ui/hooks.ts";
import styles from "./server-banner.module.css";

export function ServerBanner() {
  const state = useConnection();
  const now = useNow(state.gone);
  if (!state.gone) return null;
  const seconds = state.retryAt === undefined ? 0 : Math.max(0, Math.ceil((state.retryAt - now) / 1000));
  return (
    <div className={styles.banner}>
      <p role="alert">
        Galen at <bdi>{location.host}</bdi> does not answer. What you see is from {formatClock(state.lastAnswerAt)}.
      </p>
      {/* The countdown stays outside the alert: it would be read out every second. */}
      <span>{seconds > 0 ? `Trying again in ${seconds} s.` : "Trying now."}</span>
      <Button onClick={connection.tryNow}>Try now</Button>
    </div>
  );
}
