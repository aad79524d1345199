// When a pod has more on the node's disk than it said it would.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { limitsLocalStorage, localLimitBreach } from "./local-limits.ts";

const MEBIBYTE = 1024 * 1024;
const limited = (name: string, size: string) => ({ name, resources: { limits: { "ephemeral-storage": size } } });
const pod = (spec: Partial<Pod["spec"]>): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "a" }], ...spec },
});
const breach = (p: Pod, volumes: Readonly<Record<string, number>>, containers: Readonly<Record<string, number>>) =>
  localLimitBreach(p, { volumes: new Map(Object.entries(volumes)), containers: new Map(Object.entries(containers)) });

test("an emptyDir has a limit of its own", () => {
  const p = pod({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }] });
  expect(breach(p, { v: MEBIBYTE }, { a: 9 * MEBIBYTE })).toBeUndefined();
  expect(breach(p, { v: MEBIBYTE + 1 }, {})).toBe('Usage of EmptyDir volume "v" exceeds the limit "1Mi". ');
});

test("containers and volumes together keep to the limits of all containers", () => {
  const p = pod({ containers: [limited("a", "1Mi"), limited("b", "2Mi")], volumes: [{ name: "v", emptyDir: {} }] });
  expect(breach(p, { v: MEBIBYTE }, { a: MEBIBYTE, b: MEBIBYTE })).toBeUndefined();
  expect(breach(p, { v: 2 * MEBIBYTE }, { a: MEBIBYTE, b: MEBIBYTE })).toBe(
    "Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. ",
  );
  expect(breach(p, {}, { a: MEBIBYTE + 1 })).toBe('Container a exceeded its local ephemeral storage limit "1Mi". ');
  const init = pod({ ...p.spec, initContainers: [limited("i", "5Mi")] });
  expect(breach(init, { v: 2 * MEBIBYTE }, { a: MEBIBYTE, b: MEBIBYTE })).toBeUndefined();
});

test("only pods with limits are measured", () => {
  expect(limitsLocalStorage(pod({ volumes: [{ name: "v", emptyDir: {} }] }))).toBe(false);
  expect(limitsLocalStorage(pod({ volumes: [{ name: "v", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }] }))).toBe(
    false,
  );
  expect(limitsLocalStorage(pod({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }] }))).toBe(true);
  expect(limitsLocalStorage(pod({ containers: [limited("a", "1Mi")] }))).toBe(true);
});
