import {
  type Infer,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { ingressClassColumns } from "./networking-tables.ts";
import { ingressParametersDefaults } from "./networking-defaults.ts";
import { ingressClassErrors, ingressClassSpecRules } from "./networking-rules.ts";

export const IngressClass = struct(
  "networking.k8s.io/v1.IngressClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<IngressClassSpec>(() => IngressClassSpec),
      "What is wanted.",
    ),
  },
  { doc: "A kind of ingress, and who serves it." },
);
export interface IngressClass extends Infer<typeof IngressClass> {}

export const IngressClassSpec = struct(
  "networking.k8s.io/v1.IngressClassSpec",
  {
    controller: opt(1, string, "Name of the controller; it stays."),
    parameters: opt(
      2,
      ref<IngressClassParametersReference>(() => IngressClassParametersReference),
      "Object with further settings.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Who serves ingresses of a class.", rules: [ingressClassSpecRules] }),
);
export interface IngressClassSpec extends Infer<typeof IngressClassSpec> {}

export const IngressClassParametersReference = struct(
  "networking.k8s.io/v1.IngressClassParametersReference",
  {
    apiGroup: opt(1, string, "Its API group; empty for the core.", { keepZero: true }),
    kind: req(2, string, "Its kind."),
    name: req(3, string, "Its name."),
    scope: opt(4, string, "Cluster or Namespace.", { keepZero: true, emitEmpty: true }),
    namespace: opt(5, string, "Its namespace, for the latter.", { keepZero: true }),
  },
  (): AnyStructOptions => ({ defaults: ingressParametersDefaults, doc: "An object with settings of a class." }),
);
export interface IngressClassParametersReference extends Infer<typeof IngressClassParametersReference> {}

export const ingressClasses = resource<IngressClass>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  namespaced: false,
  schema: IngressClass,
  storage: "ingressclasses",
  storageVersionHash: "l/iqIbDgFyQ=",
  generationFields: ["spec"],
  columns: ingressClassColumns,
  strategy: { validate: ingressClassErrors },
});
