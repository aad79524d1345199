// The versions of etcd whose progress can be believed.
import { expect, it } from "vitest";
import { progressOnDemand } from "./server-version.ts";

it.each([
  ["3.3.99", false],
  ["3.4.23", false],
  ["3.4.30", false],
  ["3.4.31", true],
  ["3.5.0", false],
  ["3.5.12", false],
  ["3.5.13", true],
  ["3.5.13-rc.1", true],
  ["3.6.0", true],
  ["4.0.0", true],
  ["", false],
  ["not a version", false],
])("%s: %s", (version, right) => {
  expect(progressOnDemand(version)).toBe(right);
});
