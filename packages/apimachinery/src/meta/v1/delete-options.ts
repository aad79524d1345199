import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, int64, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const DeleteOptions = struct(
  "meta/v1.DeleteOptions",
  {
    ...typeMeta,
    gracePeriodSeconds: opt(1, int64, "Seconds until the object is removed; zero removes it at once.", {
      keepZero: true,
    }),
    preconditions: opt(
      2,
      ref<Preconditions>(() => Preconditions),
      "What must hold of the object, or it is not deleted.",
    ),
    orphanDependents: opt(3, bool, "Leave the dependents without an owner; propagationPolicy has replaced it.", {
      keepZero: true,
    }),
    propagationPolicy: opt(4, string, "What becomes of the dependents: Orphan, Background or Foreground.", {
      keepZero: true,
      known: ["Orphan", "Background", "Foreground"],
    }),
    dryRun: opt(5, list(string), "All: go through everything but do not store the outcome."),
    ignoreStoreReadErrorWithClusterBreakingPotential: opt(
      6,
      bool,
      "Delete an object that cannot be read from the store, skipping all that reading it would bring about.",
      { keepZero: true },
    ),
  },
  { doc: "How to delete an object." },
);
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}

export const Preconditions = struct(
  "meta/v1.Preconditions",
  {
    uid: opt(1, string, "The object must have this uid.", { keepZero: true }),
    resourceVersion: opt(2, string, "The object must be at this resourceVersion.", { keepZero: true }),
  },
  { doc: "What must hold before an object is changed." },
);
export interface Preconditions extends Infer<typeof Preconditions> {}
