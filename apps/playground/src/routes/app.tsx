import { useEffect, useRef, useState } from "react";
import { titleOf } from "../state/title.ts";
import { ErrorBoundary } from "../ui/error-boundary.tsx";
import { useRoute, useShortcuts } from "../ui/hooks.ts";
import { LiveRegion } from "../ui/live-region.tsx";
import styles from "./app.module.css";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { KeyDialog } from "./key-dialog.tsx";
import { Page } from "./page.tsx";
import { ServerBanner } from "./server-banner.tsx";

export function App() {
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const place = `${route.page} ${"collection" in route ? route.collection : ""}`;
  const title = titleOf(route);

  useEffect(() => {
    document.title = title;
  }, [title]);
  useFocusOnMove(main, place);
  useShortcuts({ "?": () => setHelp(true) });

  return (
    <div className={styles.page}>
      {/* A link to #main would be an address of the page; a button moves the focus all the same. */}
      <button type="button" className={`visually-hidden ${styles.skip}`} onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <div className={styles.top}>
        <Header route={route} onHelp={() => setHelp(true)} />
        <ServerBanner />
      </div>
      <main ref={main} tabIndex={-1} className={styles.main}>
        <ErrorBoundary key={place}>
          <Page route={route} />
        </ErrorBoundary>
      </main>
      <Footer />
      <LiveRegion />
      <KeyDialog />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}

/** A new page starts at its top, for eyes and for screen readers; the first one is left to the browser. */
function useFocusOnMove(main: React.RefObject<HTMLElement | null>, place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current === place) return;
    last.current = place;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [main, place]);
}
