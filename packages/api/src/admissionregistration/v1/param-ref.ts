import { type Infer, opt, ref, string, struct, LabelSelector } from "@skates/apimachinery";

export const ParamRef = struct(
  "admissionregistration.k8s.io/v1.ParamRef",
  {
    name: opt(1, string, ""),
    namespace: opt(2, string, ""),
    selector: opt(
      3,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    parameterNotFoundAction: opt(4, string, "", { keepZero: true, known: ["Allow", "Deny"] }),
  },
  { atomic: true },
);
export interface ParamRef extends Infer<typeof ParamRef> {}
