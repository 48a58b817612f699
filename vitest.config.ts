import { defineConfig } from "vitest/config";

// Sources are tested as they are: the "@galen/source" condition resolves workspace packages to src/, so no build is needed.
const resolve = { conditions: ["@galen/source"] };
const ssr = { resolve: { conditions: ["@galen/source", "node", "import", "module", "default"] } };

export default defineConfig({
  test: {
    // Two cores: every worker that loads a model or a table competes with the others.
    maxWorkers: 2,
    retry: 0,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "apps/playground/src/**/*.test.ts",
            "scripts/**/*.test.ts",
            "benchmarks/**/*.test.ts",
            "testing/src/**/*.test.ts",
            "testing/torture/**/*.test.ts",
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "product",
          include: ["testing/product/**/*.test.ts", "examples/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "e2e",
          include: ["apps/playground/e2e/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
