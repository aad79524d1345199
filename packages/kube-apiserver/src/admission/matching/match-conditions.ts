import type { MatchCondition } from "@skates/api/admissionregistration/v1";
import type { Resource } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import type { VersionedObjects } from "./versioned-object.ts";

/** What expressions about a request may look at. */
export interface ConditionInput {
  readonly attributes: AdmissionAttributes;
  /** In the version that the webhook or policy wants to see. */
  readonly resource: Resource;
  readonly objects: VersionedObjects;
}

export type ConditionResult =
  | { readonly matches: boolean }
  /** Neither; the request is refused. */
  | { readonly error: string };

/** Compiled `matchConditions`. */
export interface Conditions {
  evaluate(input: ConditionInput, signal: AbortSignal): Promise<ConditionResult>;
}

/** Compiles conditions. `failOpen`: one that cannot be evaluated makes the whole not match, else the request is refused. */
export function compileConditions(
  _conditions: readonly MatchCondition[],
  { failOpen }: { readonly failOpen: boolean },
): Conditions {
  const result = failOpen ? { matches: false } : { error: "match conditions cannot be evaluated by this server yet" };
  return { evaluate: () => Promise.resolve(result) };
}
