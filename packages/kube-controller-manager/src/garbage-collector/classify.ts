import type { OwnerReference } from "@skates/apimachinery";

/** What became of an owner: it is there; it waits for its dependents to be gone; it is gone; or nobody can tell. */
export type Fate = "solid" | "waiting" | "dangling" | "unknown";

/** What is to be done with an object whose owners' fates are known. */
export type Verdict =
  | { readonly do: "keep" }
  /** Some owners are there: the object stays, and forgets the others. */
  | { readonly do: "forget"; readonly uids: readonly string[] }
  | { readonly do: "delete"; readonly policy: "Foreground" | "Background" | "Orphan" };

/** What upstream does with a dependent. `finalizers` are the object's own. */
export function verdictOn(
  owners: readonly { readonly owner: OwnerReference; readonly fate: Fate }[],
  about: { readonly finalizers: readonly string[]; readonly hasDependents: boolean },
): Verdict {
  if (owners.length === 0 || owners.some(({ fate }) => fate === "unknown")) return { do: "keep" };
  const having = (fate: Fate): readonly string[] =>
    owners.filter((one) => one.fate === fate).map(({ owner: { uid } }) => uid);
  if (having("solid").length > 0) {
    const uids = [...having("dangling"), ...having("waiting")];
    return uids.length === 0 ? { do: "keep" } : { do: "forget", uids };
  }
  if (having("waiting").length > 0 && about.hasDependents) return { do: "delete", policy: "Foreground" };
  if (about.finalizers.includes("orphan")) return { do: "delete", policy: "Orphan" };
  return { do: "delete", policy: about.finalizers.includes("foregroundDeletion") ? "Foreground" : "Background" };
}
