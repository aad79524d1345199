/**
 * Every built-in kind. Types and resources of a group are imported by its path: `@skates/api/core/v1`; this file holds the list of all.
 */
import type { ApiObject, Resource } from "@skates/apimachinery";
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
import * as storageV1 from "./storage/v1/index.ts";
import * as metricsV1beta1 from "./metrics/v1beta1/index.ts";

/** All built-in resources, in every version, in the order of their groups. */
export const builtinResources: readonly Resource[] = [
  erase(coreV1.bindings),
  erase(coreV1.componentStatuses),
  erase(coreV1.configMaps),
  erase(coreV1.endpoints),
  erase(coreV1.events),
  erase(coreV1.limitRanges),
  erase(coreV1.namespaces),
  erase(coreV1.nodes),
  erase(coreV1.persistentVolumeClaims),
  erase(coreV1.persistentVolumes),
  erase(coreV1.pods),
  erase(coreV1.podTemplates),
  erase(coreV1.replicationControllers),
  erase(coreV1.resourceQuotas),
  erase(coreV1.secrets),
  erase(coreV1.serviceAccounts),
  erase(coreV1.services),
  erase(admissionregistrationV1.mutatingAdmissionPolicies),
  erase(admissionregistrationV1.mutatingAdmissionPolicyBindings),
  erase(admissionregistrationV1.mutatingWebhookConfigurations),
  erase(admissionregistrationV1.validatingAdmissionPolicies),
  erase(admissionregistrationV1.validatingAdmissionPolicyBindings),
  erase(admissionregistrationV1.validatingWebhookConfigurations),
  erase(apiextensionsV1.customResourceDefinitions),
  erase(apiregistrationV1.apiServices),
  erase(appsV1.controllerRevisions),
  erase(appsV1.daemonSets),
  erase(appsV1.deployments),
  erase(appsV1.replicaSets),
  erase(appsV1.statefulSets),
  erase(authenticationV1.selfSubjectReviews),
  erase(authenticationV1.tokenReviews),
  erase(authorizationV1.localSubjectAccessReviews),
  erase(authorizationV1.selfSubjectAccessReviews),
  erase(authorizationV1.selfSubjectRulesReviews),
  erase(authorizationV1.subjectAccessReviews),
  erase(autoscalingV1.horizontalPodAutoscalers),
  erase(autoscalingV2.horizontalPodAutoscalers),
  erase(batchV1.cronJobs),
  erase(batchV1.jobs),
  erase(certificatesV1.certificateSigningRequests),
  erase(coordinationV1.leases),
  erase(discoveryV1.endpointSlices),
  erase(eventsV1.events),
  erase(flowcontrolV1.flowSchemas),
  erase(flowcontrolV1.priorityLevelConfigurations),
  erase(networkingV1.ingressClasses),
  erase(networkingV1.ingresses),
  erase(networkingV1.ipAddresses),
  erase(networkingV1.networkPolicies),
  erase(networkingV1.serviceCIDRs),
  erase(nodeV1.runtimeClasses),
  erase(policyV1.podDisruptionBudgets),
  erase(rbacV1.clusterRoleBindings),
  erase(rbacV1.clusterRoles),
  erase(rbacV1.roleBindings),
  erase(rbacV1.roles),
  erase(resourceV1.deviceClasses),
  erase(resourceV1.resourceClaims),
  erase(resourceV1.resourceClaimTemplates),
  erase(resourceV1.resourceSlices),
  erase(schedulingV1.priorityClasses),
  erase(storageV1.csiDrivers),
  erase(storageV1.csiNodes),
  erase(storageV1.csiStorageCapacities),
  erase(storageV1.storageClasses),
  erase(storageV1.volumeAttachments),
  erase(storageV1.volumeAttributesClasses),
  erase(metricsV1beta1.nodes),
  erase(metricsV1beta1.pods),
];

/** Forgets the static type: the registry treats all kinds alike, and hands each resource only its own objects. */
function erase<T extends ApiObject>(resource: Resource<T>): Resource {
  return resource as unknown as Resource;
}
