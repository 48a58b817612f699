import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { announce } from "../state/announcement.ts";
import { api } from "../state/api.ts";
import { formatCountOf } from "../state/format.ts";
import type { SearchRoute } from "../state/route.ts";
import { searchRequestOf } from "../state/search-request.ts";

/** The hits of a search page. While a newer request is under way the last hits stay; the older request is given up. */
export function useSearch(route: SearchRoute) {
  const request = searchRequestOf(route);
  const search = useInfiniteQuery({
    queryKey: ["search", route.collection, request],
    queryFn: ({ signal, pageParam }) => {
      if (!request) throw new Error("a search without a query was started");
      return api.search(
        route.collection,
        { ...request, ...(pageParam !== undefined && { cursor: pageParam }) },
        { signal },
      );
    },
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.cursor,
  });
  const hits = search.data?.pages.flatMap((page) => page.hits) ?? [];
  const fresh = search.isSuccess && !search.isPlaceholderData;
  useEffect(() => {
    if (fresh) announce(hits.length === 0 ? "No hits" : `${formatCountOf(hits.length, "hit")} shown`);
  }, [fresh, hits.length, search.dataUpdatedAt]);
  return { search, hits, asked: request !== undefined };
}
