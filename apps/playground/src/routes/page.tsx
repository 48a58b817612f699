import { AskPage } from "../answers/ask-page.tsx";
import { CollectionPage } from "../collections/collection-page.tsx";
import { CollectionsPage } from "../collections/collections-page.tsx";
import { DocumentPage } from "../documents/document-page.tsx";
import { AddPage } from "../ingest/add-page.tsx";
import { TasksPage } from "../ingest/tasks-page.tsx";
import { SearchPage } from "../search/search-page.tsx";
import type { Route } from "../state/route.ts";
import { AboutPage } from "./about-page.tsx";
import { NotFoundPage } from "./not-found-page.tsx";

/**
 * All pages in one script: together they are far below the budget, and a page that is already here still opens while the
 * server is gone.
 */
export function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "collections":
      return <CollectionsPage />;
    case "collection":
      return <CollectionPage key={route.collection} collection={route.collection} />;
    case "search":
      return <SearchPage key={route.collection} route={route} />;
    case "ask":
      return <AskPage key={route.collection} route={route} />;
    case "document":
      return <DocumentPage key={`${route.collection} ${route.id}`} {...route} />;
    case "add":
      return <AddPage key={route.collection} collection={route.collection} />;
    case "tasks":
      return <TasksPage />;
    case "about":
      return <AboutPage />;
    case "not-found":
      return <NotFoundPage path={route.path} />;
  }
}
