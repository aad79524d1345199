import { invalidConfiguration } from "@skates/apimachinery";
import type { AdmissionPlugin, Authorizer, Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import type { Env } from "@skates/component-base";
import type { PolicySource } from "../authorization/rbac/policy-source.ts";
import type { WebhookTarget } from "../webhooks/webhook-target.ts";
import { alwaysAdmit, alwaysDeny } from "./always.ts";
import { alwaysPullImages } from "./always-pull-images.ts";
import { certificateApproval } from "./certificate-approval.ts";
import { certificateSigning } from "./certificate-signing.ts";
import { certificateSubjectRestriction, type ReadRequestSubject } from "./certificate-subject-restriction.ts";
import { clusterTrustBundleAttest } from "./cluster-trust-bundle-attest.ts";
import type { PluginConfigurations } from "./configuration.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { defaultStorageClass } from "./default-storage-class.ts";
import { defaultTolerationSeconds, TOLERATION_SECONDS, type TolerationSeconds } from "./default-toleration-seconds.ts";
import { denyServiceExternalIps } from "./deny-service-external-ips.ts";
import { eventLimits, eventRateLimit } from "./event-rate-limit.ts";
import { extendedResourceToleration } from "./extended-resource-toleration.ts";
import { imagePolicySettings, imagePolicyWebhook } from "./image-policy-webhook.ts";
import { limitPodHardAntiAffinityTopology } from "./limit-pod-hard-anti-affinity-topology.ts";
import { limitedResources } from "./limited-resources.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceAutoProvision } from "./namespace-auto-provision.ts";
import { namespaceExists } from "./namespace-exists.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeDeclaredFeatureValidator } from "./node-declared-feature-validator.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { ownerReferencesPermissionEnforcement } from "./owner-references-permission-enforcement.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.ts";
import { type AdmissionPluginName, choosePlugins, type PluginChoice } from "./plugin-table.ts";
import { nodeSelectorsFrom, podNodeSelector } from "./pod-node-selector.ts";
import { mutatingPolicyPlugin } from "./policy/mutating-policies.ts";
import { PolicyMetrics } from "./policy/policy-metrics.ts";
import { type PolicyOptions, validatingPolicyPlugin } from "./policy/validating-policies.ts";
import { podResizeValidator } from "./pod-resize-validator.ts";
import { podSecuritySettings } from "./pod-security/configuration.ts";
import { podSecurity } from "./pod-security/pod-security.ts";
import { podTolerationRestriction, tolerationSettings } from "./pod-toleration-restriction.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { resourceQuota } from "./resource-quota.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccount } from "./service-account.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";
import type { WebhookSurroundings } from "./webhook/call-webhook.ts";
import { mutatingWebhookPlugin } from "./webhook/mutating-webhooks.ts";
import { validatingWebhookPlugin } from "./webhook/validating-webhooks.ts";
import { WebhookMetrics, type WebhookSort } from "./webhook/webhook-metrics.ts";
import type { WebhookCaller } from "../webhooks/webhook-caller.ts";

/** Which admission plugins run, and how. */
export interface AdmissionSettings extends PluginChoice {
  readonly configurations: PluginConfigurations;
  /** Of DefaultTolerationSeconds; default: five minutes each. */
  readonly tolerationSeconds?: TolerationSeconds | undefined;
  /** Reads the kubeconfig that the configuration of ImagePolicyWebhook names; absent: that plugin refuses to start. */
  readonly readTarget?: ((kubeconfig: string) => Promise<WebhookTarget>) | undefined;
}

export interface AdmissionOptions {
  readonly env: Env;
  readonly registry: Registry;
  /** Writes as the server itself. */
  readonly client: Client;
  readonly authorizer: Authorizer;
  readonly source: PolicySource;
  readonly webhooks: WebhookCaller;
  /** Default: requests for client certificates are refused. */
  readonly readRequest?: ReadRequestSubject | undefined;
  /** Default: the plugins that are on by default, each with its own defaults. */
  readonly settings?: AdmissionSettings | undefined;
}

/** `configuration` is the text that the configuration file has for the plugin. Undefined: its feature is off. */
type MakePlugin = (options: AdmissionOptions, configuration: string | undefined) => AdmissionPlugin | undefined;

/** How each plugin is made; the order is that of the table. */
const MAKERS: Readonly<Partial<Record<AdmissionPluginName, MakePlugin>>> = {
  AlwaysAdmit: () => alwaysAdmit,
  NamespaceAutoProvision: ({ registry, client }) => namespaceAutoProvision(registry, client),
  NamespaceLifecycle: ({ registry }) => namespaceLifecycle(registry),
  NamespaceExists: ({ registry }) => namespaceExists(registry),
  LimitPodHardAntiAffinityTopology: () => limitPodHardAntiAffinityTopology,
  LimitRanger: ({ registry }) => limitRanger(registry),
  ServiceAccount: ({ registry, env }) => serviceAccount({ registry, random: env.random }),
  NodeRestriction: ({ registry, authorizer, readRequest }) =>
    nodeRestriction({ registry, authorizer, readRequest: readRequest ?? unreadable }),
  TaintNodesByCondition: () => taintNodesByCondition,
  AlwaysPullImages: () => alwaysPullImages,
  ImagePolicyWebhook: imagePolicy,
  PodSecurity: ({ registry }, text) => podSecurity({ registry, settings: podSecuritySettings(text) }),
  PodNodeSelector: ({ registry }, text) => podNodeSelector({ registry, selectors: nodeSelectorsFrom(text) }),
  Priority: ({ registry }) => priority(registry),
  DefaultTolerationSeconds: ({ settings }) =>
    defaultTolerationSeconds(settings?.tolerationSeconds ?? TOLERATION_SECONDS),
  PodTolerationRestriction: ({ registry }, text) =>
    podTolerationRestriction({ registry, settings: tolerationSettings(text) }),
  EventRateLimit: ({ env }, text) => eventRateLimit(eventLimits(text), env.clock),
  ExtendedResourceToleration: () => extendedResourceToleration,
  DefaultStorageClass: ({ registry }) => defaultStorageClass(registry),
  StorageObjectInUseProtection: () => storageObjectInUseProtection,
  OwnerReferencesPermissionEnforcement: ownerReferencesPermissionEnforcement,
  PersistentVolumeClaimResize: ({ registry }) => persistentVolumeClaimResize(registry),
  RuntimeClass: ({ registry }) => runtimeClass(registry),
  CertificateApproval: ({ authorizer }) => certificateApproval(authorizer),
  CertificateSigning: ({ authorizer }) => certificateSigning(authorizer),
  ClusterTrustBundleAttest: ({ authorizer }) => clusterTrustBundleAttest(authorizer),
  CertificateSubjectRestriction: ({ readRequest }) => certificateSubjectRestriction(readRequest ?? unreadable),
  DefaultIngressClass: ({ registry }) => defaultIngressClass(registry),
  DenyServiceExternalIPs: () => denyServiceExternalIps,
  PodTopologyLabels: gated("PodTopologyLabelsAdmission", ({ registry }) => podTopologyLabels(registry)),
  NodeDeclaredFeatureValidator: gated("NodeDeclaredFeatures", ({ registry }) => nodeDeclaredFeatureValidator(registry)),
  PodResizeValidator: gated("InPlacePodVerticalScaling", ({ registry }) => podResizeValidator(registry)),
  MutatingAdmissionPolicy: (options) => mutatingPolicyPlugin(policyOptions(options, "mutating")),
  MutatingAdmissionWebhook: (options, text) =>
    mutatingWebhookPlugin(options.registry, webhookSurroundings(options, "admit", text)),
  ValidatingAdmissionPolicy: (options) => validatingPolicyPlugin(policyOptions(options, "validating")),
  ValidatingAdmissionWebhook: (options, text) =>
    validatingWebhookPlugin(options.registry, webhookSurroundings(options, "validating", text)),
  ResourceQuota: ({ registry }, text) => resourceQuota(registry, limitedResources(text)),
  AlwaysDeny: () => alwaysDeny,
};

const DEFAULTS: AdmissionSettings = { enable: [], disable: [], configurations: new Map() };

/**
 * The plugins that run, in upstream's order, behind the check of grants, which is no plugin and cannot be disabled. Throws
 * `AdmissionPluginsInvalid` and `InvalidConfiguration`.
 */
export function admissionPlugins(options: AdmissionOptions): readonly AdmissionPlugin[] {
  const settings = options.settings ?? DEFAULTS;
  const { configurations } = settings;
  const chosen = choosePlugins(settings).flatMap((name) => MAKERS[name]?.(options, configurations.get(name)) ?? []);
  return [rbacEscalation(options), ...chosen];
}

function gated(gate: string, make: (options: AdmissionOptions) => AdmissionPlugin): MakePlugin {
  return (options) => (options.env.gates.enabled(gate) ? make(options) : undefined);
}

function imagePolicy({ webhooks, env, settings }: AdmissionOptions, text: string | undefined): AdmissionPlugin {
  const policy = imagePolicySettings(text);
  const readTarget = settings?.readTarget ?? (() => Promise.reject(new Error("no kubeconfig can be read here")));
  return imagePolicyWebhook({
    settings: policy,
    webhooks,
    target: () => readTarget(policy.kubeConfigFile),
    clock: env.clock,
  });
}

function unreadable(): Promise<never> {
  return Promise.reject(new Error("this server cannot read requests for certificates"));
}

/** Upstream's configuration of these plugins holds credentials for webhooks, which this server does not send. */
function webhookSurroundings(
  { webhooks, env, authorizer }: AdmissionOptions,
  sort: WebhookSort,
  text: string | undefined,
): WebhookSurroundings {
  if (text !== undefined) {
    throw invalidConfiguration("WebhookAdmissionConfiguration: credentials for webhooks are not supported");
  }
  const metrics = new WebhookMetrics(env.metrics, sort);
  const uids = env.random.stream(`admission-reviews-${sort}`);
  return { caller: webhooks, authorizer, clock: env.clock, uids, metrics };
}

function policyOptions(
  { registry, authorizer, env }: AdmissionOptions,
  sort: "validating" | "mutating",
): PolicyOptions {
  return { registry, authorizer, clock: env.clock, metrics: new PolicyMetrics(env.metrics, sort) };
}
