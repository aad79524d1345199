import {
  Condition,
  type Infer,
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
import { ageColumn, column, nameColumn } from "../../table.ts";
import { PodGroupSchedulingPolicy } from "./workload.ts";

export const WorkloadPodGroupTemplateReference = struct(
  "scheduling.k8s.io/v1alpha2.WorkloadPodGroupTemplateReference",
  {
    workloadName: req(1, string, "Name of the workload."),
    podGroupTemplateName: req(2, string, "Name of the template in it."),
  },
  { doc: "A template of a workload." },
);
export interface WorkloadPodGroupTemplateReference extends Infer<typeof WorkloadPodGroupTemplateReference> {}

export const PodGroupTemplateReference = struct(
  "scheduling.k8s.io/v1alpha2.PodGroupTemplateReference",
  {
    workload: opt(
      1,
      ref<WorkloadPodGroupTemplateReference>(() => WorkloadPodGroupTemplateReference),
      "Of a workload.",
    ),
  },
  { doc: "Where a group's template stands." },
);
export interface PodGroupTemplateReference extends Infer<typeof PodGroupTemplateReference> {}

export const PodGroupSpec = struct(
  "scheduling.k8s.io/v1alpha2.PodGroupSpec",
  {
    podGroupTemplateRef: opt(
      1,
      ref<PodGroupTemplateReference>(() => PodGroupTemplateReference),
      "The template that it was made from.",
      { immutable: true },
    ),
    schedulingPolicy: req(
      2,
      ref<PodGroupSchedulingPolicy>(() => PodGroupSchedulingPolicy),
      "How the pods are scheduled.",
      { immutable: true },
    ),
  },
  { doc: "How the pods of a group are scheduled." },
);
export interface PodGroupSpec extends Infer<typeof PodGroupSpec> {}

export const PodGroupStatus = struct(
  "scheduling.k8s.io/v1alpha2.PodGroupStatus",
  {
    conditions: opt(
      1,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a group of pods." },
);
export interface PodGroupStatus extends Infer<typeof PodGroupStatus> {}

export const PodGroup = struct(
  "scheduling.k8s.io/v1alpha2.PodGroup",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PodGroupSpec>(() => PodGroupSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PodGroupStatus>(() => PodGroupStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Pods that are scheduled together." },
);
export interface PodGroup extends Infer<typeof PodGroup> {}

/** Served with feature gate GenericWorkload. */
export const podGroups = resource<PodGroup>({
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  kind: "PodGroup",
  plural: "podgroups",
  schema: PodGroup,
  storage: "podgroups",
  columns: [
    nameColumn,
    column("Policy", "How its pods are scheduled.", ({ spec }) =>
      spec.schedulingPolicy.gang === undefined ? "Basic" : "Gang",
    ),
    column(
      "Workload",
      "Workload that it belongs to.",
      ({ spec }) => spec.podGroupTemplateRef?.workload?.workloadName ?? "<none>",
    ),
    column("Status", "Whether it has been scheduled.", scheduled),
    ageColumn,
  ],
});

function scheduled({ status }: PodGroup): string {
  return status?.conditions?.find(({ type }) => type === "PodGroupScheduled")?.reason ?? "Pending";
}
