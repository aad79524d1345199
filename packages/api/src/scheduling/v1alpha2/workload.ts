import {
  type Infer,
  int32,
  list,
  ObjectMeta,
  opt,
  ref,
  req,
  resource,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import { ageColumn, nameColumn } from "../../table.ts";

export const BasicSchedulingPolicy = struct(
  "scheduling.k8s.io/v1alpha2.BasicSchedulingPolicy",
  {},
  { doc: "Pods are scheduled one by one." },
);
export interface BasicSchedulingPolicy extends Infer<typeof BasicSchedulingPolicy> {}

export const GangSchedulingPolicy = struct(
  "scheduling.k8s.io/v1alpha2.GangSchedulingPolicy",
  { minCount: req(1, int32, "Pods that must be able to run at once.", { minimum: 1, immutable: true }) },
  { doc: "Pods are scheduled together or not at all." },
);
export interface GangSchedulingPolicy extends Infer<typeof GangSchedulingPolicy> {}

export const PodGroupSchedulingPolicy = struct(
  "scheduling.k8s.io/v1alpha2.PodGroupSchedulingPolicy",
  {
    basic: opt(
      1,
      ref<BasicSchedulingPolicy>(() => BasicSchedulingPolicy),
      "One by one.",
      { keepZero: true },
    ),
    gang: opt(
      2,
      ref<GangSchedulingPolicy>(() => GangSchedulingPolicy),
      "Together or not at all.",
    ),
  },
  { doc: "How the pods of a group are scheduled; exactly one is given." },
);
export interface PodGroupSchedulingPolicy extends Infer<typeof PodGroupSchedulingPolicy> {}

export const PodGroupTemplate = struct(
  "scheduling.k8s.io/v1alpha2.PodGroupTemplate",
  {
    name: req(1, string, "Name of the template.", { format: "dns1123Label" }),
    schedulingPolicy: req(
      2,
      ref<PodGroupSchedulingPolicy>(() => PodGroupSchedulingPolicy),
      "How the pods are scheduled.",
    ),
  },
  { doc: "A group of pods of a workload." },
);
export interface PodGroupTemplate extends Infer<typeof PodGroupTemplate> {}

export const TypedLocalObjectReference = struct(
  "scheduling.k8s.io/v1alpha2.TypedLocalObjectReference",
  {
    apiGroup: opt(1, string, "Its API group; empty for the core."),
    kind: req(2, string, "Its kind."),
    name: req(3, string, "Its name."),
  },
  { doc: "An object of the same namespace." },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const WorkloadSpec = struct(
  "scheduling.k8s.io/v1alpha2.WorkloadSpec",
  {
    controllerRef: opt(
      1,
      ref<TypedLocalObjectReference>(() => TypedLocalObjectReference),
      "The object whose pods these are.",
      { immutable: true },
    ),
    podGroupTemplates: req(
      2,
      list(
        ref<PodGroupTemplate>(() => PodGroupTemplate),
        { keys: ["name"] },
      ),
      "Its groups of pods.",
      { maxItems: 8, immutable: true },
    ),
  },
  { doc: "Groups of pods that belong together." },
);
export interface WorkloadSpec extends Infer<typeof WorkloadSpec> {}

export const Workload = struct(
  "scheduling.k8s.io/v1alpha2.Workload",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<WorkloadSpec>(() => WorkloadSpec),
      "What is wanted.",
    ),
  },
  { doc: "Groups of pods that belong together, and how they are scheduled." },
);
export interface Workload extends Infer<typeof Workload> {}

/** Served with feature gate GenericWorkload. */
export const workloads = resource<Workload>({
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  kind: "Workload",
  plural: "workloads",
  schema: Workload,
  storage: "workloads",
  columns: [nameColumn, ageColumn],
});
