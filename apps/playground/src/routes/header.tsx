import { CircleHelp } from "lucide-react";
import { useRunningTasks } from "../ingest/use-tasks.ts";
import { formatRoute, type Route } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import styles from "./header.module.css";

export function Header({ route, onHelp }: { route: Route; onHelp: () => void }) {
  const running = useRunningTasks();
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <a className={styles.name} href={formatRoute({ page: "collections" })}>
          Galen
        </a>
        <nav className={styles.nav} aria-label="Main">
          <NavLink to={{ page: "collections" }} here={route.page === "collections"}>
            Collections
          </NavLink>
          <NavLink to={{ page: "tasks" }} here={route.page === "tasks"}>
            {running > 0 ? `Tasks (${running})` : "Tasks"}
          </NavLink>
          <NavLink to={{ page: "about" }} here={route.page === "about"}>
            About
          </NavLink>
        </nav>
        <Button kind="icon" className={styles.help} aria-label="Help" onClick={onHelp}>
          <CircleHelp size={20} strokeWidth={1.75} aria-hidden />
          <span className={styles.word} aria-hidden>
            Help
          </span>
        </Button>
      </div>
      {"collection" in route && <CollectionBar route={route} />}
    </header>
  );
}

function CollectionBar({ route }: { route: Extract<Route, { collection: string }> }) {
  const { collection, page } = route;
  return (
    <div className={styles.bar}>
      <a className={styles.collection} href={formatRoute({ page: "collection", collection })}>
        <Foreign>{collection}</Foreign>
      </a>
      <nav className={styles.nav} aria-label="Collection">
        <NavLink
          to={{ page: "search", collection, query: "", mode: "hybrid", explain: "none" }}
          here={page === "search"}
        >
          Search
        </NavLink>
        <NavLink to={{ page: "ask", collection }} here={page === "ask"}>
          Ask
        </NavLink>
        <NavLink to={{ page: "collection", collection }} here={page === "collection" || page === "document"}>
          Documents
        </NavLink>
        <NavLink to={{ page: "add", collection }} here={page === "add"}>
          Add
        </NavLink>
      </nav>
    </div>
  );
}

function NavLink({ to, here, children }: { to: Route; here: boolean; children: string }) {
  return (
    <a className={styles.link} href={formatRoute(to)} aria-current={here ? "page" : undefined}>
      {children}
    </a>
  );
}
