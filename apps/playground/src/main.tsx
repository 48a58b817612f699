import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./fonts.css";
import "./tokens.css";
import "./base.css";
import { GalenHttpError } from "@galen/server/client";
import { App } from "./routes/app.tsx";
import { connection } from "./state/api.ts";

/** Answers of an overloaded server are asked for again: after 1, 2 and 4 seconds. */
const MAX_RETRIES = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The browser's idea of "online" says nothing about a server on this machine; state/connection.ts knows.
      networkMode: "always",
      staleTime: 2_000,
      retry: (count, error) =>
        count < MAX_RETRIES && error instanceof GalenHttpError && [429, 503].includes(error.status),
      retryDelay: (count) => 1000 * 2 ** count,
    },
  },
});

let wasGone = false;
connection.subscribe(() => {
  if (wasGone && !connection.state.gone) void queries.invalidateQueries();
  wasGone = connection.state.gone;
});

const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
