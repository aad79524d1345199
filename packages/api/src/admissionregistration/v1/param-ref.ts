import { type Infer, opt, ref, string, struct, LabelSelector } from "@skates/apimachinery";

export const ParamRef = struct(
  "admissionregistration.k8s.io/v1.ParamRef",
  {
    name: opt(1, string, "Name of the object."),
    namespace: opt(2, string, "Namespace of the object; that of the request by default."),
    selector: opt(
      3,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the objects, in place of a name.",
    ),
    parameterNotFoundAction: opt(4, string, "Whether absence refuses the request.", {
      keepZero: true,
      known: ["Allow", "Deny"],
    }),
  },
  { atomic: true, doc: "Parameters, by name or by labels." },
);
export interface ParamRef extends Infer<typeof ParamRef> {}
