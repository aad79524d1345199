import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, int64, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const DeleteOptions = struct("meta/v1.DeleteOptions", {
  ...typeMeta,
  gracePeriodSeconds: opt(1, int64, "", { keepZero: true }),
  preconditions: opt(
    2,
    ref<Preconditions>(() => Preconditions),
    "",
  ),
  orphanDependents: opt(3, bool, "", { keepZero: true }),
  propagationPolicy: opt(4, string, "", { keepZero: true, known: ["Orphan", "Background", "Foreground"] }),
  dryRun: opt(5, list(string), ""),
  ignoreStoreReadErrorWithClusterBreakingPotential: opt(6, bool, "", { keepZero: true }),
});
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}

export const Preconditions = struct("meta/v1.Preconditions", {
  uid: opt(1, string, "", { keepZero: true }),
  resourceVersion: opt(2, string, "", { keepZero: true }),
});
export interface Preconditions extends Infer<typeof Preconditions> {}
