import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from "@skates/api/apiextensions/v1";

export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** What is said of a definition; the time of a change is filled in by `withCondition`. */
export type Finding = Omit<CustomResourceDefinitionCondition, "lastTransitionTime">;

/** True if a condition is True. */
export function isTrue({ status }: CustomResourceDefinition, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === "True") === true;
}

/** The definition with a finding; the same when it says nothing new. */
export function withCondition(
  definition: CustomResourceDefinition,
  finding: Finding,
  now: string,
): CustomResourceDefinition {
  const conditions = definition.status?.conditions ?? [];
  const old = conditions.find((one) => one.type === finding.type);
  if (old?.status === finding.status && old.reason === finding.reason && old.message === finding.message) {
    return definition;
  }
  const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : now;
  const next = { ...finding, lastTransitionTime };
  const all = old === undefined ? [...conditions, next] : conditions.map((one) => (one === old ? next : one));
  return { ...definition, status: { ...definition.status, conditions: all } };
}

/** The definition without a finding; the same when it has none. */
export function withoutCondition(definition: CustomResourceDefinition, type: string): CustomResourceDefinition {
  const conditions = definition.status?.conditions ?? [];
  if (!conditions.some((one) => one.type === type)) return definition;
  return { ...definition, status: { ...definition.status, conditions: conditions.filter((one) => one.type !== type) } };
}

/** Names that others of the group have: of kinds (with their lists), and of resources. */
export interface TakenNames {
  readonly kinds: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
}

/** Accepts what names are free, and says so; established is whoever got all of them once. */
export function withNames(
  definition: CustomResourceDefinition,
  taken: TakenNames,
  now: string,
): CustomResourceDefinition {
  const { names } = definition.spec;
  const before = definition.status?.acceptedNames;
  const conflict = conflictOf(names, taken);
  const accepted = conflict === undefined ? names : before;
  const named: CustomResourceDefinition =
    accepted === undefined || accepted === before
      ? definition
      : { ...definition, status: { ...definition.status, acceptedNames: accepted } };
  const namesAccepted: Finding =
    conflict === undefined
      ? { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" }
      : { type: "NamesAccepted", status: "False", ...conflict };
  const found = withCondition(named, namesAccepted, now);
  if (isTrue(found, "Established")) return found;
  const established: Finding =
    conflict === undefined
      ? {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
        }
      : { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  return withCondition(found, established, now);
}

function conflictOf(
  { plural, singular = "", shortNames = [], kind, listKind = "" }: CustomResourceDefinitionNames,
  { resources, kinds }: TakenNames,
): { readonly reason: string; readonly message: string } | undefined {
  const used = (text: string): string => `${JSON.stringify(text)} is already in use`;
  const short = shortNames.filter((name) => resources.has(name));
  // Upstream looks at all names in the opposite order, and each finding takes the place of the one before.
  if (kinds.has(listKind)) return { reason: "ListKindConflict", message: used(listKind) };
  if (kinds.has(kind)) return { reason: "KindConflict", message: used(kind) };
  if (short.length > 0) return { reason: "ShortNamesConflict", message: short.map(used).join(", ") };
  if (resources.has(singular)) return { reason: "SingularConflict", message: used(singular) };
  return resources.has(plural) ? { reason: "PluralConflict", message: used(plural) } : undefined;
}

/** The status that a definition has while it goes: marked at its deletion. */
export function terminating(
  status: CustomResourceDefinitionStatus | undefined,
  now: string,
): CustomResourceDefinitionStatus {
  const pending = {
    type: "Terminating",
    status: "True",
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    lastTransitionTime: now,
  };
  return {
    ...status,
    conditions: [...(status?.conditions ?? []).filter((one) => one.type !== "Terminating"), pending],
  };
}
