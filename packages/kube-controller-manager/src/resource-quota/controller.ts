import { type ApiObject, equalValues, keyOf, type ObjectKey, type Resource } from "@skates/apimachinery";
import { daemonSets, deployments, replicaSets, statefulSets } from "@skates/api/apps/v1";
import { horizontalPodAutoscalers } from "@skates/api/autoscaling/v2";
import { cronJobs, jobs } from "@skates/api/batch/v1";
import { leases } from "@skates/api/coordination/v1";
import {
  configMaps,
  persistentVolumeClaims,
  pods,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
} from "@skates/api/core/v1";
import { ingresses, networkPolicies } from "@skates/api/networking/v1";
import { podDisruptionBudgets } from "@skates/api/policy/v1";
import { resourceClaims } from "@skates/api/resource/v1";
import { quotaUsage } from "@skates/api/quota";
import { type Controller, type Listers, type Watch, watch } from "@skates/controller-runtime";
import { type OtherKinds, planResourceQuota, type ResourceQuotaView } from "./plan.ts";

/** The kinds whose every change is looked at; others are watched once a quota is about them (`other-kinds.ts`). */
export const COUNTED: readonly Resource[] = [
  untyped(configMaps),
  untyped(persistentVolumeClaims),
  untyped(pods),
  untyped(replicationControllers),
  untyped(resourceQuotas),
  untyped(secrets),
  untyped(serviceAccounts),
  untyped(services),
  untyped(daemonSets),
  untyped(deployments),
  untyped(replicaSets),
  untyped(statefulSets),
  untyped(horizontalPodAutoscalers),
  untyped(cronJobs),
  untyped(jobs),
  untyped(leases),
  untyped(ingresses),
  untyped(networkPolicies),
  untyped(podDisruptionBudgets),
  untyped(resourceClaims),
];

/** Keeps the counts of quotas true: admission raises them, what is deleted or ends lowers them. */
export function resourceQuotaController(others: OtherKinds): Controller<ResourceQuotaView> {
  return {
    name: "resourcequota-controller",
    watches: [
      watch({
        resource: resourceQuotas,
        // What admission notes in the status needs no new count.
        keys: (quota, old) => (old !== undefined && equalValues(old.spec, quota.spec) ? [] : [keyOf(quota)]),
      }),
      ...COUNTED.map(replenishing),
    ],
    view: (listers) => ({
      quotas: listers.for(resourceQuotas),
      counted: COUNTED.map((resource) => ({ resource, lister: listers.for(resource) })),
      others,
      settled: new Map(),
    }),
    plan: planResourceQuota,
  };
}

function untyped(resource: Resource): Resource {
  return resource;
}

/** Quotas are counted anew when an object is deleted, or uses something else than before; the clock is of no matter here. */
function replenishing(resource: Resource): Watch {
  return {
    resource,
    keys: (object, old, listers) =>
      (old === undefined ? isGone(resource, object, listers) : differs(resource, [old, object]))
        ? quotasOf(object, listers)
        : [],
  };
}

function isGone(resource: Resource, object: ApiObject, listers: Listers): boolean {
  return listers.for(resource).get(keyOf(object)) === undefined;
}

function differs(resource: Resource, [old, object]: readonly [ApiObject, ApiObject]): boolean {
  if (old.metadata.deletionTimestamp !== object.metadata.deletionTimestamp) return true;
  return !equalValues(quotaUsage({ resource, object: old }, 0), quotaUsage({ resource, object }, 0));
}

function quotasOf({ metadata: { namespace } }: ApiObject, listers: Listers): readonly ObjectKey[] {
  return listers.for(resourceQuotas).list(namespace).map(keyOf);
}
