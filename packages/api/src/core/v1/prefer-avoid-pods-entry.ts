import { type Infer, opt, ref, req, string, struct, time } from "@skates/apimachinery";
import { PodSignature } from "./pod-signature.ts";

export const PreferAvoidPodsEntry = struct(
  "core/v1.PreferAvoidPodsEntry",
  {
    podSignature: req(
      1,
      ref<PodSignature>(() => PodSignature),
      "The pods.",
    ),
    evictionTime: opt(2, time, "When the entry was made.", { emitEmpty: true }),
    reason: opt(3, string, "One word in CamelCase on why, for programs."),
    message: opt(4, string, "A sentence on why, for people."),
  },
  { doc: "Pods that a node would rather not run." },
);
export interface PreferAvoidPodsEntry extends Infer<typeof PreferAvoidPodsEntry> {}
