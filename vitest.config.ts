import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files in the order of their names, so that a run is the same every time. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

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
    sequence: { sequencer: ByName },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/*.e2e.test.ts"],
          // They wait for nothing but their own work: what takes a second takes ten where others use the cores.
          testTimeout: 30_000,
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
