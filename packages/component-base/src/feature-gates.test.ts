// The table of gates with defaults, overrides, and refusals in upstream's words.
import { describe, expect, it } from "vitest";
import { FEATURE_GATES } from "./feature-gate-table.ts";
import { featureGates, parseFeatureGates } from "./feature-gates.ts";

describe("feature gates", () => {
  it("has the defaults of the version", () => {
    const gates = featureGates();
    expect(gates.enabled("SidecarContainers")).toBe(true);
    expect(gates.enabled("GangScheduling")).toBe(false);
    expect(gates.all().size).toBe(FEATURE_GATES.size);
    expect(FEATURE_GATES.size).toBeGreaterThan(200);
    const locked = { stage: "GA", enabled: true, locked: true };
    expect([FEATURE_GATES.get("NodeLogQuery"), FEATURE_GATES.get("HonorPVReclaimPolicy")]).toEqual([locked, undefined]);
  });

  it("takes overrides, whole stages included", () => {
    const gates = parseFeatureGates("GangScheduling=true, EnvFiles=false");
    expect([gates.enabled("GangScheduling"), gates.enabled("EnvFiles")]).toEqual([true, false]);
    const alpha = featureGates({ AllAlpha: true, MemoryQoS: false });
    expect([alpha.enabled("GangScheduling"), alpha.enabled("MemoryQoS"), alpha.enabled("ClusterTrustBundle")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("refuses unknown, locked and malformed ones", () => {
    expect(() => featureGates({ NoSuch: true })).toThrow("unrecognized feature gate: NoSuch");
    expect(() => featureGates({ SidecarContainers: false })).toThrow(
      "cannot set feature gate SidecarContainers to false, feature is locked to true",
    );
    expect(featureGates({ SidecarContainers: true }).enabled("SidecarContainers")).toBe(true);
    expect(() => parseFeatureGates("EnvFiles")).toThrow("must be name=true or name=false");
    expect(() => featureGates().enabled("NoSuch")).toThrow("not in the table");
  });
});
