import { type FeatureGates, messageOf, parseFeatureGates } from "@skates/component-base";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const FEATURE_GATE_FLAGS: FlagSpecs = {
  "feature-gates": {
    type: "list",
    value: "NAME=BOOL,…",
    doc: "Features of Kubernetes that are turned on or off in all components, as upstream names them; AllAlpha and AllBeta for a whole stage.",
  },
};

/** The text of the feature gates, for the scheduler's thread too. Throws a usage error that names what is wrong. */
export function featureGatesText(flags: FlagValues): string {
  const text = flags.strings("feature-gates").join(",");
  try {
    parseFeatureGates(text);
  } catch (error) {
    throw usageError(`invalid value ${JSON.stringify(text)} for flag --feature-gates: ${messageOf(error)}`);
  }
  return text;
}

/** Which features are on. */
export function featureGatesFrom(flags: FlagValues): FeatureGates {
  return parseFeatureGates(featureGatesText(flags));
}
