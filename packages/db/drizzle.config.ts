import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./src/catalogue/schema.ts", out: "./migrations" });
