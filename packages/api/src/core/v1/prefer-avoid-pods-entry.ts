import { type Infer, opt, ref, req, string, struct, time } from "@skates/apimachinery";
import { PodSignature } from "./pod-signature.ts";

export const PreferAvoidPodsEntry = struct("core/v1.PreferAvoidPodsEntry", {
  podSignature: req(
    1,
    ref<PodSignature>(() => PodSignature),
    "",
  ),
  evictionTime: opt(2, time, "", { emitEmpty: true }),
  reason: opt(3, string, ""),
  message: opt(4, string, ""),
});
export interface PreferAvoidPodsEntry extends Infer<typeof PreferAvoidPodsEntry> {}
