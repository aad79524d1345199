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

export const IngressClass = struct("networking.k8s.io/v1.IngressClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<IngressClassSpec>(() => IngressClassSpec),
    "",
  ),
});
export interface IngressClass extends Infer<typeof IngressClass> {}

export const IngressClassSpec = struct("networking.k8s.io/v1.IngressClassSpec", {
  controller: opt(1, string, ""),
  parameters: opt(
    2,
    ref<IngressClassParametersReference>(() => IngressClassParametersReference),
    "",
  ),
});
export interface IngressClassSpec extends Infer<typeof IngressClassSpec> {}

export const IngressClassParametersReference = struct(
  "networking.k8s.io/v1.IngressClassParametersReference",
  {
    apiGroup: opt(1, string, "", { keepZero: true }),
    kind: req(2, string, ""),
    name: req(3, string, ""),
    scope: opt(4, string, "", { keepZero: true, emitEmpty: true }),
    namespace: opt(5, string, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ defaults: ingressParametersDefaults }),
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
});
