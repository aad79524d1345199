import { type Column, type FieldError, forbidden, type Strategy } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { PriorityClass } from "./priority-class.ts";

/** Priorities above this are the system's own. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PREFIX = "system-";
/** The classes that the cluster makes for itself, by name. */
export const SYSTEM_PRIORITY_CLASSES: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

/** Where priority classes depart from the conventions: pods have copied their value, so it stays. */
export const priorityClassStrategy: Strategy<PriorityClass> = {
  prepare(next, old) {
    const generation = old?.metadata.generation ?? 1;
    return next.metadata.generation === generation ? next : { ...next, metadata: { ...next.metadata, generation } };
  },
  validate(next, old) {
    const out: FieldError[] = [];
    const { name } = next.metadata;
    const value = next.value ?? 0;
    if (name.startsWith(SYSTEM_PREFIX)) {
      if (SYSTEM_PRIORITY_CLASSES[name] !== value || next.globalDefault === true) {
        const detail = "priority class names with 'system-' prefix are reserved for system use only. error: ";
        out.push(forbidden(["metadata", "name"], `${detail}${systemError(name, value)}`));
      }
    } else if (value > HIGHEST_USER_PRIORITY) {
      const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
      out.push(forbidden(["value"], detail));
    }
    if (old === undefined) return out;
    if (value !== (old.value ?? 0)) out.push(forbidden(["value"], "may not be changed in an update."));
    if (next.preemptionPolicy !== old.preemptionPolicy) {
      out.push({
        path: ["preemptionPolicy"],
        reason: "Invalid",
        detail: "field is immutable",
        value: next.preemptionPolicy,
      });
    }
    return out;
  },
};

function systemError(name: string, value: number): string {
  const wanted = SYSTEM_PRIORITY_CLASSES[name];
  if (wanted === undefined) return `${name} is not a known system priority class`;
  return value === wanted
    ? `globalDefault of ${name} must be false`
    : `value of ${name} PriorityClass must be ${wanted}`;
}

/** The table of `kubectl get priorityclasses`. */
export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  column("Value", "The priority itself.", (c) => c.value ?? 0, { type: "integer" }),
  column("Global-Default", "Whether pods without a class get this one.", (c) => c.globalDefault ?? false, {
    type: "boolean",
  }),
  ageColumn,
  column(
    "PreemptionPolicy",
    "Whether its pods may drive out others.",
    (c) => c.preemptionPolicy ?? "PreemptLowerPriority",
  ),
];
