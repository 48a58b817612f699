import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `pnpm exec vite` proxies the API to a Galen that runs beside it; `galen serve` itself serves the built page. */
const api = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@galen/source", "module", "browser", "development|production"] },
  build: {
    target: "es2023",
    // The page's security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1", proxy: { "/v1": api, "/healthz": api, "/readyz": api } },
});
