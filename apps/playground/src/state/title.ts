import type { Route } from "./route.ts";

/** The tab's title, the nearest thing first: `metformin · medquad · Galen`. */
export function titleOf(route: Route): string {
  return [...nameOf(route), "Galen"].join(" · ");
}

function nameOf(route: Route): string[] {
  switch (route.page) {
    case "collections":
      return [];
    case "collection":
      return [route.collection];
    case "search":
      return [route.query || "Search", route.collection];
    case "ask":
      return ["Ask", route.collection];
    case "document":
      return [route.id, route.collection];
    case "add":
      return ["Add documents", route.collection];
    case "tasks":
      return ["Tasks"];
    case "about":
      return ["About"];
    case "not-found":
      return ["Not found"];
  }
}
