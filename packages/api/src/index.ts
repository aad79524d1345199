/**
 * Every built-in kind: what its objects look like, what is filled in, what is refused, what its table shows.
 *
 * Types and resources of a group are imported by its path, `@skates/api/core/v1`; this file holds the list of all. A kind's file
 * (`core/v1/pod.ts`) has its structs and its resource and names what else there is to it: `*-defaults.ts`, `*-rules.ts` (findings),
 * `*-strategy.ts` (departures from the conventions, listed in `conventions.ts`), `*-table.ts`. Questions that several components ask
 * of pods and nodes are beside them: `pod-resources.ts`, `pod-conditions.ts`, `tolerations.ts`, `node-selection.ts`.
 * It knows no server: storing, admission and the claims of addresses and ports are elsewhere.
 */
import type { Resource } from "@skates/apimachinery";
import * as coreV1 from "./core/v1/index.ts";
import * as admissionregistrationV1 from "./admissionregistration/v1/index.ts";
import * as apiextensionsV1 from "./apiextensions/v1/index.ts";
import * as apiregistrationV1 from "./apiregistration/v1/index.ts";
import * as appsV1 from "./apps/v1/index.ts";
import * as authenticationV1 from "./authentication/v1/index.ts";
import * as authorizationV1 from "./authorization/v1/index.ts";
import * as autoscalingV1 from "./autoscaling/v1/index.ts";
import * as autoscalingV2 from "./autoscaling/v2/index.ts";
import * as batchV1 from "./batch/v1/index.ts";
import * as certificatesV1 from "./certificates/v1/index.ts";
import * as coordinationV1 from "./coordination/v1/index.ts";
import * as discoveryV1 from "./discovery/v1/index.ts";
import * as eventsV1 from "./events/v1/index.ts";
import * as flowcontrolV1 from "./flowcontrol/v1/index.ts";
import * as networkingV1 from "./networking/v1/index.ts";
import * as nodeV1 from "./node/v1/index.ts";
import * as policyV1 from "./policy/v1/index.ts";
import * as rbacV1 from "./rbac/v1/index.ts";
import * as resourceV1 from "./resource/v1/index.ts";
import * as schedulingV1 from "./scheduling/v1/index.ts";
import * as schedulingV1alpha2 from "./scheduling/v1alpha2/index.ts";
import * as storageV1 from "./storage/v1/index.ts";

export { defaultClass } from "./default-class.ts";

/** All built-in resources, in every version, in the order of their groups. */
export const builtinResources: readonly Resource[] = [
  coreV1.bindings,
  coreV1.componentStatuses,
  coreV1.configMaps,
  coreV1.endpoints,
  coreV1.events,
  coreV1.limitRanges,
  coreV1.namespaces,
  coreV1.nodes,
  coreV1.persistentVolumeClaims,
  coreV1.persistentVolumes,
  coreV1.pods,
  coreV1.podTemplates,
  coreV1.replicationControllers,
  coreV1.resourceQuotas,
  coreV1.secrets,
  coreV1.serviceAccounts,
  coreV1.services,
  admissionregistrationV1.mutatingAdmissionPolicies,
  admissionregistrationV1.mutatingAdmissionPolicyBindings,
  admissionregistrationV1.mutatingWebhookConfigurations,
  admissionregistrationV1.validatingAdmissionPolicies,
  admissionregistrationV1.validatingAdmissionPolicyBindings,
  admissionregistrationV1.validatingWebhookConfigurations,
  apiextensionsV1.customResourceDefinitions,
  apiregistrationV1.apiServices,
  appsV1.controllerRevisions,
  appsV1.daemonSets,
  appsV1.deployments,
  appsV1.replicaSets,
  appsV1.statefulSets,
  authenticationV1.selfSubjectReviews,
  authenticationV1.tokenReviews,
  authorizationV1.localSubjectAccessReviews,
  authorizationV1.selfSubjectAccessReviews,
  authorizationV1.selfSubjectRulesReviews,
  authorizationV1.subjectAccessReviews,
  autoscalingV1.horizontalPodAutoscalers,
  autoscalingV2.horizontalPodAutoscalers,
  batchV1.cronJobs,
  batchV1.jobs,
  certificatesV1.certificateSigningRequests,
  coordinationV1.leases,
  discoveryV1.endpointSlices,
  eventsV1.events,
  flowcontrolV1.flowSchemas,
  flowcontrolV1.priorityLevelConfigurations,
  networkingV1.ingressClasses,
  networkingV1.ingresses,
  networkingV1.ipAddresses,
  networkingV1.networkPolicies,
  networkingV1.serviceCIDRs,
  nodeV1.runtimeClasses,
  policyV1.podDisruptionBudgets,
  rbacV1.clusterRoleBindings,
  rbacV1.clusterRoles,
  rbacV1.roleBindings,
  rbacV1.roles,
  resourceV1.deviceClasses,
  resourceV1.resourceClaims,
  resourceV1.resourceClaimTemplates,
  resourceV1.resourceSlices,
  schedulingV1.priorityClasses,
  storageV1.csiDrivers,
  storageV1.csiNodes,
  storageV1.csiStorageCapacities,
  storageV1.storageClasses,
  storageV1.volumeAttachments,
  storageV1.volumeAttributesClasses,
];

/** Resources that a server has only while a feature gate is on, by gate. */
export const gatedResources: Readonly<Record<string, readonly Resource[]>> = {
  GenericWorkload: [schedulingV1alpha2.podGroups, schedulingV1alpha2.workloads],
};

/** All that a server has whose gates are these. */
export function resourcesBehind(gates: { enabled(name: string): boolean }): readonly Resource[] {
  const gated = Object.entries(gatedResources).filter(([gate]) => gates.enabled(gate));
  return [...builtinResources, ...gated.flatMap(([, kinds]) => kinds)];
}
