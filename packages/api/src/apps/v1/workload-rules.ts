import {
  type FieldError,
  forbidden,
  invalid,
  isPercent,
  type LabelSelector,
  labelSelector,
  notSupported,
  type Path,
  required,
  validateLabels,
  validateLabelSelector,
  equalValues,
} from "@skates/apimachinery";
import { checkNotNegative, type Findings } from "../../checks.ts";
import { collisionFindings, replicaPartFindings, statusCountFindings } from "../../status-counts.ts";
import type { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import type { Deployment, DeploymentSpec, DeploymentStatus } from "./deployment.ts";
import type { ReplicaSet, ReplicaSetStatus } from "./replica-set.ts";

/** A selector that selects something and pods that it selects, which run for ever. */
export function replicatedPodsFindings(
  { selector, template }: { readonly selector: LabelSelector; readonly template?: PodTemplateSpec | undefined },
  kind: string,
  path: Path,
): Findings {
  const at = [...path, "template"];
  const policy = template?.spec?.restartPolicy ?? "Always";
  return [
    ...selectorFindings(selector, template, path),
    ...validateLabels(template?.metadata?.labels, [...at, "metadata", "labels"]),
    ...(policy === "Always" ? [] : [notSupported([...at, "spec", "restartPolicy"], policy, ["Always"])]),
    ...(template?.spec?.activeDeadlineSeconds === undefined
      ? []
      : [forbidden([...at, "spec", "activeDeadlineSeconds"], `activeDeadlineSeconds in ${kind} is not Supported`)]),
    ...((template?.spec?.ephemeralContainers ?? []).length === 0
      ? []
      : [forbidden([...at, "spec", "ephemeralContainers"], "ephemeral containers not allowed in pod template")]),
  ];
}

/** An absent selector and an empty one are the same in memory; both are refused as missing. */
function selectorFindings(selector: LabelSelector, template: PodTemplateSpec | undefined, path: Path): Findings {
  const at = [...path, "selector"];
  const labels = template?.metadata?.labels;
  const mismatch = invalid(
    [...path, "template", "metadata", "labels"],
    labels ?? null,
    "`selector` does not match template `labels`",
  );
  if (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0) {
    return [required(at), mismatch];
  }
  const wrong = validateLabelSelector(selector, at);
  if (wrong.length > 0) return wrong;
  return labelSelector(selector).matches(labels) ? [] : [mismatch];
}

/** Findings on a deployment and on how it differs from what it was. */
export function deploymentErrors(next: Deployment, old: Deployment | undefined): Findings {
  const fixed = old === undefined || equalValues(next.spec.selector, old.spec.selector);
  const { status = {} } = next;
  return [
    ...(fixed ? [] : [invalid(["spec", "selector"], next.spec.selector, "field is immutable")]),
    ...deploymentStatusFindings(status),
    ...collisionFindings(status, old?.status),
  ];
}

/** Rules of a deployment's spec. */
export function deploymentSpecRules(spec: DeploymentSpec, _old: unknown, path: Path): Findings {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  const late = deadline !== undefined && deadline <= minReadySeconds;
  return [
    ...checkNotNegative([...path, "replicas"], spec.replicas),
    ...replicatedPodsFindings(spec, "ReplicaSet", path),
    ...strategyFindings(spec, [...path, "strategy"]),
    ...checkNotNegative([...path, "minReadySeconds"], minReadySeconds),
    ...checkNotNegative([...path, "revisionHistoryLimit"], spec.revisionHistoryLimit),
    ...checkNotNegative([...path, "progressDeadlineSeconds"], deadline),
    ...(late ? [invalid([...path, "progressDeadlineSeconds"], deadline, "must be greater than minReadySeconds")] : []),
  ];
}

function strategyFindings({ strategy = {} }: DeploymentSpec, path: Path): Findings {
  const at = [...path, "rollingUpdate"];
  const { type, rollingUpdate } = strategy;
  if (type === "Recreate") {
    return rollingUpdate === undefined
      ? []
      : [forbidden(at, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== "RollingUpdate" || rollingUpdate === undefined) return [];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const out = [
    ...intOrPercentFindings([...at, "maxUnavailable"], maxUnavailable),
    ...intOrPercentFindings([...at, "maxSurge"], maxSurge),
  ];
  if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
    out.push(invalid([...at, "maxUnavailable"], maxUnavailable, "may not be 0 when `maxSurge` is 0"));
  }
  return [...out, ...atMostAllFindings([...at, "maxUnavailable"], maxUnavailable)];
}

function isNothing(value: number | string): boolean {
  return value === 0 || value === "0%";
}

/** A number that is not negative, or a percentage. */
export function intOrPercentFindings(path: Path, value: number | string): readonly FieldError[] {
  if (typeof value === "number") return checkNotNegative(path, value);
  return isPercent(value).length === 0 ? [] : [invalid(path, value, "must be an integer or percentage (e.g '5%%')")];
}

/** No more than 100 %. */
export function atMostAllFindings(path: Path, value: number | string): Findings {
  if (typeof value === "number" || isPercent(value).length > 0) return [];
  return Number.parseInt(value, 10) > 100 ? [invalid(path, value, "must not be greater than 100%")] : [];
}

const DEPLOYMENT_COUNTS = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
] as const;

function deploymentStatusFindings(status: DeploymentStatus): Findings {
  return [
    ...statusCountFindings(status, DEPLOYMENT_COUNTS),
    ...replicaPartFindings(status, ["updatedReplicas", "readyReplicas", "availableReplicas"]),
  ];
}

/** Findings on a replica set and on how it differs from what it was. */
export function replicaSetErrors(next: ReplicaSet, old: ReplicaSet | undefined): Findings {
  const fixed = old === undefined || equalValues(next.spec.selector, old.spec.selector);
  return [
    ...(fixed ? [] : [invalid(["spec", "selector"], next.spec.selector, "field is immutable")]),
    ...(next.status === undefined ? [] : replicaSetStatusFindings(next.status)),
  ];
}

/** Rules of a replica set's spec. */
export function replicaSetSpecRules(spec: ReplicaSet["spec"], _old: unknown, path: Path): Findings {
  return [
    ...checkNotNegative([...path, "replicas"], spec.replicas),
    ...checkNotNegative([...path, "minReadySeconds"], spec.minReadySeconds),
    ...replicatedPodsFindings(spec, "ReplicaSet", path),
  ];
}

const SET_PARTS = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const;
const SET_COUNTS = ["replicas", ...SET_PARTS, "observedGeneration", "terminatingReplicas"] as const;

function replicaSetStatusFindings(status: ReplicaSetStatus): Findings {
  return [...statusCountFindings(status, SET_COUNTS), ...replicaPartFindings(status, SET_PARTS)];
}
