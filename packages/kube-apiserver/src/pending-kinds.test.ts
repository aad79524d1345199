// Creating what nothing acts on is answered with a warning; every name in the list is that of a kind that is served.
import { jobs } from "@skates/api/batch/v1";
import { builtinResources } from "@skates/api";
import { configMaps } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { pendingKinds, withPendingWarning } from "./pending-kinds.ts";

const JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "j" },
  spec: { template: { metadata: { name: "" }, spec: { containers: [{ name: "c" }] } } },
} as const;

test("all names are those of served kinds", () => {
  const served = new Set(builtinResources.map((r) => `${r.group}/${r.plural}`));
  expect(pendingKinds().filter((name) => !served.has(name))).toEqual([]);
});

test("only the creation warns, and other kinds never", () => {
  const pending = pendingKinds().includes("batch/jobs");
  const { strategy } = withPendingWarning(jobs);
  const warned = strategy.warnings?.(JOB, undefined).filter((text) => text.includes("does not act on them")) ?? [];
  expect(warned).toHaveLength(pending ? 1 : 0);
  expect(strategy.warnings?.(JOB, JOB).filter((text) => text.includes("does not act on them")) ?? []).toEqual([]);
  expect(withPendingWarning(configMaps)).toBe(configMaps);
});
