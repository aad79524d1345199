import { assert } from "./assert.ts";
import { OperatingError } from "./errors.ts";
import { FEATURE_GATES } from "./feature-gate-table.ts";

/** Which features are on. An unknown name is a bug in the caller. */
export interface FeatureGates {
  enabled(name: string): boolean;
  /** Every gate by name, for /metrics and error messages. */
  all(): ReadonlyMap<string, boolean>;
}

/**
 * The gates of this version with their defaults, changed by `overrides`; `AllAlpha` and `AllBeta` stand for a whole stage and yield to
 * gates that are named. Throws an OperatingError `UnknownFeatureGate` or `LockedFeatureGate`.
 */
export function featureGates(overrides: Readonly<Record<string, boolean>> = {}): FeatureGates {
  const state = new Map<string, boolean>();
  for (const [name, spec] of FEATURE_GATES) {
    const ofStage =
      spec.stage === "Alpha" ? overrides["AllAlpha"] : spec.stage === "Beta" ? overrides["AllBeta"] : undefined;
    state.set(name, spec.locked ? spec.enabled : (ofStage ?? spec.enabled));
  }
  for (const [name, enabled] of Object.entries(overrides)) {
    if (name !== "AllAlpha" && name !== "AllBeta") override(state, name, enabled);
  }
  return {
    enabled: (name) => {
      const enabled = state.get(name);
      assert(enabled !== undefined, `feature gate ${name} is not in the table`);
      return enabled;
    },
    all: () => state,
  };
}

/** Reads `A=true,B=false` as given on a command line. Throws `UnknownFeatureGate`, `LockedFeatureGate` or `InvalidFeatureGate`. */
export function parseFeatureGates(text: string): FeatureGates {
  const overrides: Record<string, boolean> = Object.create(null);
  for (const item of text.split(",").filter((part) => part.trim() !== "")) {
    const [name = "", value] = item.split("=").map((part) => part.trim());
    if (value !== "true" && value !== "false") {
      throw new OperatingError(
        "InvalidFeatureGate",
        `feature gate ${JSON.stringify(item)} must be name=true or name=false`,
      );
    }
    overrides[name] = value === "true";
  }
  return featureGates(overrides);
}

function override(state: Map<string, boolean>, name: string, enabled: boolean): void {
  const spec = FEATURE_GATES.get(name);
  if (spec === undefined) throw new OperatingError("UnknownFeatureGate", `unrecognized feature gate: ${name}`);
  if (spec.locked && enabled !== spec.enabled) {
    const message = `cannot set feature gate ${name} to ${enabled}, feature is locked to ${spec.enabled}`;
    throw new OperatingError("LockedFeatureGate", message);
  }
  state.set(name, enabled);
}
