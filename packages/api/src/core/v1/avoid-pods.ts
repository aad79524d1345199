import { type Infer, list, opt, ref, struct } from "@skates/apimachinery";
import { PreferAvoidPodsEntry } from "./prefer-avoid-pods-entry.ts";

export const AvoidPods = struct("core/v1.AvoidPods", {
  preferAvoidPods: opt(1, list(ref<PreferAvoidPodsEntry>(() => PreferAvoidPodsEntry)), ""),
});
export interface AvoidPods extends Infer<typeof AvoidPods> {}
