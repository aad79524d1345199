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
import { runtimeClassErrors } from "./runtime-class-rules.ts";

export const RuntimeClass = struct(
  "node.k8s.io/v1.RuntimeClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    handler: req(2, string, "What the container runtime calls it; it stays."),
    overhead: opt(
      3,
      ref<Overhead>(() => Overhead),
      "What a pod costs besides its containers.",
    ),
    scheduling: opt(
      4,
      ref<Scheduling>(() => Scheduling),
      "Nodes that can run such pods.",
    ),
  },
  { doc: "A way to run containers." },
);
export interface RuntimeClass extends Infer<typeof RuntimeClass> {}

export const Scheduling = struct(
  "node.k8s.io/v1.Scheduling",
  {
    nodeSelector: opt(1, map(string, "atomic"), "Labels that they have."),
    tolerations: opt(2, list(ref<Toleration>(() => Toleration)), "Taints of theirs that the pods tolerate."),
  },
  { doc: "Nodes that can run pods of a class." },
);
export interface Scheduling extends Infer<typeof Scheduling> {}

export const Overhead = struct(
  "node.k8s.io/v1.Overhead",
  {
    podFixed: opt(1, map(quantity), "Amount of each resource."),
  },
  { doc: "What a pod costs besides its containers." },
);
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
  formerVersions: ["v1beta1"],
  unconditionalUpdate: false,
  columns: [nameColumn, column("Handler", "What the runtime calls it.", (one) => one.handler), ageColumn],
  strategy: { validate: runtimeClassErrors },
});
