import { useSyncExternalStore } from "react";
import { announcement, subscribeToAnnouncements } from "../state/announcement.ts";

/** The one place that speaks to screen readers: results, answers and failures in a sentence, never single tokens. */
export function LiveRegion() {
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="live">
      {useSyncExternalStore(subscribeToAnnouncements, announcement)}
    </p>
  );
}
