import { defineConfig } from "vitest/config";

/** Tests with real containers take their time, and one after another, for they share the machine. */
const CONTAINERS = {
  testTimeout: 180_000,
  hookTimeout: 300_000,
  fileParallelism: false,
  pool: "forks",
  isolate: true,
} as const;

/** Projects by what a test needs: nothing but the code; servers on loopback; root and containers; a whole cluster and kubectl. */
export default defineConfig({
  test: {
    pool: "threads",
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/*.e2e.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["packages/*/src/**/*.integration.test.ts", "conformance/**/*.integration.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { ...CONTAINERS, name: "node", include: ["packages/*/src/**/*.e2e.test.ts"] },
      },
      {
        extends: true,
        test: {
          ...CONTAINERS,
          name: "e2e",
          globalSetup: ["conformance/e2e/global-setup.ts"],
          include: ["conformance/**/*.e2e.test.ts"],
        },
      },
    ],
  },
});
