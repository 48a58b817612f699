export * from "./collection.ts";
export * from "./document.ts";
export * from "./export.ts";
export * from "./filter.ts";
export * from "./search.ts";
export * from "./snapshot.ts";
export * from "./text-settings.ts";
export * from "./vector-index.ts";
