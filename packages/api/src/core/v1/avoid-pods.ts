import { type Infer, list, opt, ref, struct } from "@skates/apimachinery";
import { PreferAvoidPodsEntry } from "./prefer-avoid-pods-entry.ts";

export const AvoidPods = struct(
  "core/v1.AvoidPods",
  {
    preferAvoidPods: opt(
      1,
      list(ref<PreferAvoidPodsEntry>(() => PreferAvoidPodsEntry)),
      "The pods, each with its owner.",
    ),
  },
  { doc: "Pods that a node would rather not run." },
);
export interface AvoidPods extends Infer<typeof AvoidPods> {}
