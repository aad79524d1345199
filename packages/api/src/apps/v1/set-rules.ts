import {
  type FieldError,
  forbidden,
  invalid,
  type LabelSelector,
  labelSelector,
  notSupported,
  type Path,
  required,
  validateLabels,
  validateLabelSelector,
  equalValues,
} from "@skates/apimachinery";
import { checkLabel, checkNotNegative, type Findings } from "../../checks.ts";
import { collisionFindings, replicaPartFindings, statusCountFindings } from "../../status-counts.ts";
import type { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import type { ControllerRevision } from "./controller-revision.ts";
import type { DaemonSet, DaemonSetSpec } from "./daemon-set.ts";
import type { StatefulSet, StatefulSetSpec } from "./stateful-set.ts";
import { atMostAllFindings, intOrPercentFindings } from "./workload-rules.ts";

interface Owned {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
}

/** A selector that selects the template's pods, which run for ever. */
function ownedPodsFindings({ selector, template }: Owned, kind: string, path: Path): Findings {
  const at = [...path, "template"];
  const { labels } = template.metadata ?? {};
  const policy = template.spec?.restartPolicy ?? "Always";
  const empty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  const wrong = validateLabelSelector(selector, [...path, "selector"]);
  const matches = !empty && wrong.length === 0 && labelSelector(selector).matches(labels);
  return [
    ...(empty ? [required([...path, "selector"])] : wrong),
    ...(matches || wrong.length > 0
      ? []
      : [invalid([...at, "metadata", "labels"], labels ?? null, "`selector` does not match template `labels`")]),
    ...validateLabels(labels, [...at, "metadata", "labels"]),
    ...(policy === "Always" ? [] : [notSupported([...at, "spec", "restartPolicy"], policy, ["Always"])]),
    ...(template.spec?.activeDeadlineSeconds === undefined
      ? []
      : [forbidden([...at, "spec", "activeDeadlineSeconds"], `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ];
}

/** Rules of a daemon set's spec. */
export function daemonSetSpecRules(spec: DaemonSetSpec, _old: unknown, path: Path): Findings {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  const at = [...path, "updateStrategy", "rollingUpdate"];
  const out: FieldError[] = [
    ...ownedPodsFindings(spec, "DaemonSet", path),
    ...checkNotNegative([...path, "minReadySeconds"], spec.minReadySeconds),
    ...checkNotNegative([...path, "revisionHistoryLimit"], spec.revisionHistoryLimit),
  ];
  if (type !== "RollingUpdate" || rollingUpdate === undefined) return out;
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  out.push(
    ...intOrPercentFindings([...at, "maxUnavailable"], maxUnavailable),
    ...intOrPercentFindings([...at, "maxSurge"], maxSurge),
  );
  out.push(
    ...atMostAllFindings([...at, "maxUnavailable"], maxUnavailable),
    ...atMostAllFindings([...at, "maxSurge"], maxSurge),
  );
  const some = (value: number | string): boolean => value !== 0 && value !== "0%";
  if (some(maxUnavailable) && some(maxSurge)) {
    out.push(invalid([...at, "maxSurge"], maxSurge, "may not be set when maxUnavailable is non-zero"));
  } else if (!some(maxUnavailable) && !some(maxSurge)) {
    out.push(required([...at, "maxUnavailable"], "cannot be 0 when maxSurge is 0"));
  }
  return out;
}

/** How a daemon set may differ from what it was. */
export function daemonSetErrors(next: DaemonSet, old: DaemonSet | undefined): Findings {
  const counts = [
    ...statusCountFindings(next.status ?? {}, DAEMON_COUNTS),
    ...collisionFindings(next.status, old?.status),
  ];
  if (old === undefined || equalValues(next.spec.selector, old.spec.selector)) return counts;
  return [invalid(["spec", "selector"], next.spec.selector, "field is immutable"), ...counts];
}

const DAEMON_COUNTS = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
] as const;
const STATEFUL_PARTS = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] as const;
const STATEFUL_COUNTS = ["replicas", ...STATEFUL_PARTS, "observedGeneration", "collisionCount"] as const;

/** Rules of a stateful set's spec. */
export function statefulSetSpecRules(spec: StatefulSetSpec, _old: unknown, path: Path): Findings {
  const { rollingUpdate } = spec.updateStrategy ?? {};
  const at = [...path, "updateStrategy", "rollingUpdate"];
  const { maxUnavailable } = rollingUpdate ?? {};
  const kept = spec.persistentVolumeClaimRetentionPolicy ?? {};
  return [
    ...ownedPodsFindings(spec, "StatefulSet", path),
    ...checkNotNegative([...path, "replicas"], spec.replicas),
    ...checkNotNegative([...path, "minReadySeconds"], spec.minReadySeconds),
    ...checkNotNegative([...path, "ordinals.start"], spec.ordinals?.start),
    ...(spec.updateStrategy?.type === "OnDelete" && rollingUpdate !== undefined
      ? [invalid(at, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")]
      : []),
    ...checkNotNegative([...at, "partition"], rollingUpdate?.partition),
    ...(maxUnavailable === undefined
      ? []
      : [
          ...intOrPercentFindings([...at, "maxUnavailable"], maxUnavailable),
          ...(maxUnavailable === 0 || maxUnavailable === "0%"
            ? [invalid([...at, "maxUnavailable"], maxUnavailable, "cannot be 0")]
            : []),
          ...atMostAllFindings([...at, "maxUnavailable"], maxUnavailable),
        ]),
    ...(["whenDeleted", "whenScaled"] as const).flatMap((name) => {
      const value = kept[name] ?? "Retain";
      const where = [...path, "persistentVolumeClaimRetentionPolicy", name];
      return value === "Retain" || value === "Delete" ? [] : [notSupported(where, value, ["Retain", "Delete"])];
    }),
  ];
}

/**
 * What is fine in the template of a stateful set although no pod could have it so: containers mount the claims that its pods get, by the
 * names of their templates, and the pods' host names are the controller's choice.
 */
export function mountsClaimTemplate(spec: StatefulSetSpec, { reason, value, path: at }: FieldError): boolean {
  const [name, ...above] = at.toReversed();
  if ((name === "hostname" || name === "subdomain") && above[0] === "spec" && above[1] === "template") return true;
  const mounts = at.includes("volumeMounts") || at.includes("volumeDevices");
  const names = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  return reason === "NotFound" && mounts && typeof value === "string" && names.includes(value);
}

const STATEFUL_CHANGES =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** How a stateful set may differ from what it was. */
export function statefulSetErrors({ spec: next, status }: StatefulSet, old: StatefulSet | undefined): Findings {
  if (old === undefined) return checkLabel(["spec", "serviceName"], next.serviceName);
  const counts = [
    ...(status === undefined
      ? []
      : [
          ...statusCountFindings(status, STATEFUL_COUNTS),
          ...replicaPartFindings(status, STATEFUL_PARTS, "status.readyReplicas"),
        ]),
    ...collisionFindings(status, old.status),
  ];
  const { replicas, ordinals, template, updateStrategy, revisionHistoryLimit, minReadySeconds } = next;
  const { persistentVolumeClaimRetentionPolicy } = next;
  const changed = { replicas, ordinals, template, updateStrategy, revisionHistoryLimit, minReadySeconds };
  const allowed = { ...old.spec, ...changed, persistentVolumeClaimRetentionPolicy };
  return equalValues(allowed, next) ? counts : [forbidden(["spec"], STATEFUL_CHANGES), ...counts];
}

/** A past state does not change. */
export function controllerRevisionErrors(next: ControllerRevision, old: ControllerRevision | undefined): Findings {
  const out: FieldError[] = [];
  if (next.data === undefined || next.data === null) out.push(required(["data"], "data is mandatory"));
  else if (old === undefined && (typeof next.data !== "object" || Array.isArray(next.data))) {
    out.push(required(["data"], "data must be a valid JSON object"));
  }
  if (Number(next.revision) < 0) out.push(invalid(["revision"], next.revision, "must be greater than or equal to 0"));
  if (old !== undefined && !equalValues(next.data, old.data))
    out.push(invalid(["data"], next.data, "field is immutable"));
  return out;
}
