import { type Column, type FieldText, selectorFromLabels, type Strategy } from "@skates/apimachinery";
import { checkNotNegative, type Findings } from "../../checks.ts";
import { ageColumn, column, containerColumns, formatLabels, nameColumn } from "../../table.ts";
import { replicaPartFindings, statusCountFindings } from "../../status-counts.ts";
import type { PodTemplate } from "./pod-template.ts";
import type { ReplicationController } from "./replication-controller.ts";
import { namedTemplateWarnings } from "./pod-warnings.ts";

const integer = { type: "integer" } as const;

/** The template's labels serve as selector and as labels where these are not given. */
export function replicationControllerDefaults(controller: ReplicationController): ReplicationController {
  const labels = controller.spec.template?.metadata?.labels;
  if (labels === undefined || Object.keys(labels).length === 0) return controller;
  const selector = Object.keys(controller.spec.selector ?? {}).length === 0 ? labels : controller.spec.selector;
  const own = Object.keys(controller.metadata.labels ?? {}).length === 0 ? labels : controller.metadata.labels;
  if (selector === controller.spec.selector && own === controller.metadata.labels) return controller;
  return {
    ...controller,
    metadata: { ...controller.metadata, labels: own },
    spec: { ...controller.spec, selector },
  };
}

/** Where replication controllers depart from the conventions: their pods outlive them by default. */
export const replicationControllerStrategy: Strategy<ReplicationController> = {
  validate(next, _old, { subresource }) {
    return subresource === "status" ? controllerStatusErrors(next) : controllerErrors(next);
  },
  warnings: (next, old) => namedTemplateWarnings(next, old),
  dependents: "Orphan",
};

function controllerErrors({ spec }: ReplicationController): Findings {
  const { selector = {}, template } = spec;
  const labels = template?.metadata?.labels;
  const policy = template?.spec?.restartPolicy ?? "Always";
  return [
    ...checkNotNegative(["spec", "minReadySeconds"], spec.minReadySeconds),
    ...(Object.keys(selector).length === 0
      ? [{ path: ["spec", "selector"], reason: "Required", detail: "" } as const]
      : []),
    ...(template === undefined ? [{ path: ["spec", "template"], reason: "Required", detail: "" } as const] : []),
    ...(selectorFromLabels(selector).matches(labels)
      ? []
      : [
          {
            path: ["spec", "template", "metadata", "labels"],
            reason: "Invalid",
            detail: "`selector` does not match template `labels`",
            value: labels ?? null,
          } as const,
        ]),
    ...(policy === "Always"
      ? []
      : [
          {
            path: ["spec", "template", "spec", "restartPolicy"],
            reason: "NotSupported",
            detail: 'supported values: "Always"',
            value: policy,
          } as const,
        ]),
  ];
}

const PARTS = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const;

function controllerStatusErrors({ status }: ReplicationController): Findings {
  if (status === undefined) return [];
  const counts = statusCountFindings(status, ["replicas", ...PARTS, "observedGeneration"]);
  return [...counts, ...replicaPartFindings(status, PARTS)];
}

/** Field selectors of replication controllers. */
export const replicationControllerFields: Readonly<Record<string, FieldText<ReplicationController>>> = {
  "status.replicas": (controller) => String(controller.status?.replicas ?? 0),
};

/** The table of `kubectl get replicationcontrollers`. */
export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  column("Desired", "Wanted number of pods.", (c) => c.spec.replicas ?? 1, integer),
  column("Current", "Pods that exist.", (c) => c.status?.replicas ?? 0, integer),
  column("Ready", "Pods that are ready.", (c) => c.status?.readyReplicas ?? 0, integer),
  ageColumn,
  ...containerColumns<ReplicationController>((c) => c.spec.template?.spec?.containers ?? []),
  column("Selector", "Which pods belong to it.", (c) => formatLabels(c.spec.selector), { wide: true }),
];

/** The table of `kubectl get podtemplates`. */
export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  column("Containers", "Names of the containers.", (t) =>
    (t.template?.spec?.containers ?? []).map((c) => c.name).join(","),
  ),
  column("Images", "Images of the containers.", (t) =>
    (t.template?.spec?.containers ?? []).map((c) => c.image ?? "").join(","),
  ),
  column("Pod Labels", "Labels of the pods.", (t) => formatLabels(t.template?.metadata?.labels)),
];
