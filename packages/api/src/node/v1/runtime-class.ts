import {
  type Infer,
  list,
  map,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { Toleration } from "../../core/v1/toleration.ts";
import { ageColumn, column, nameColumn } from "../../table.ts";

export const RuntimeClass = struct("node.k8s.io/v1.RuntimeClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  handler: req(2, string, ""),
  overhead: opt(
    3,
    ref<Overhead>(() => Overhead),
    "",
  ),
  scheduling: opt(
    4,
    ref<Scheduling>(() => Scheduling),
    "",
  ),
});
export interface RuntimeClass extends Infer<typeof RuntimeClass> {}

export const Scheduling = struct("node.k8s.io/v1.Scheduling", {
  nodeSelector: opt(1, map(string, "atomic"), ""),
  tolerations: opt(2, list(ref<Toleration>(() => Toleration)), ""),
});
export interface Scheduling extends Infer<typeof Scheduling> {}

export const Overhead = struct("node.k8s.io/v1.Overhead", {
  podFixed: opt(1, map(quantity), ""),
});
export interface Overhead extends Infer<typeof Overhead> {}

export const runtimeClasses = resource<RuntimeClass>({
  group: "node.k8s.io",
  version: "v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  namespaced: false,
  schema: RuntimeClass,
  storage: "runtimeclasses",
  storageVersionHash: "WQTu1GL3T2Q=",
  unconditionalUpdate: false,
  columns: [nameColumn, column("Handler", "What the runtime calls it.", (one) => one.handler), ageColumn],
});
