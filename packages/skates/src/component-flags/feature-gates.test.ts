// The flag of feature gates: what it turns on, and what is refused in upstream's words.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { FEATURE_GATE_FLAGS, featureGatesFrom } from "./feature-gates.ts";

const read = (...argv: readonly string[]) => featureGatesFrom(parseFlags("up", FEATURE_GATE_FLAGS, argv).flags);

it("turns features on and off", () => {
  expect(read().enabled("GangScheduling")).toBe(false);
  const gates = read("--feature-gates=GangScheduling=true,GenericWorkload=true", "--feature-gates=EnvFiles=false");
  expect(["GangScheduling", "GenericWorkload", "EnvFiles"].map((name) => gates.enabled(name))).toEqual([
    true,
    true,
    false,
  ]);
});

it.each([
  ["Nope=true", "unrecognized feature gate: Nope"],
  ["GangScheduling", "must be name=true or name=false"],
  ["SidecarContainers=false", "cannot set feature gate SidecarContainers to false, feature is locked to true"],
])("refuses %s", (text, message) => {
  expect(() => read(`--feature-gates=${text}`)).toThrow(message);
});
