import { apiServerError } from "../errors.ts";

/**
 * Every admission plugin in upstream's one order: policies and webhooks see what the built-in ones have made of an object, quota is
 * charged for what has passed all others. `on`: runs unless disabled. NodeRestriction is off in upstream's own defaults, but on in
 * every cluster that upstream's installers make, as here.
 */
const TABLE = [
  ["AlwaysAdmit", "off"],
  ["NamespaceAutoProvision", "off"],
  ["NamespaceLifecycle", "on"],
  ["NamespaceExists", "off"],
  ["LimitPodHardAntiAffinityTopology", "off"],
  ["LimitRanger", "on"],
  ["ServiceAccount", "on"],
  ["NodeRestriction", "on"],
  ["TaintNodesByCondition", "on"],
  ["AlwaysPullImages", "off"],
  ["ImagePolicyWebhook", "off"],
  ["PodSecurity", "on"],
  ["PodNodeSelector", "off"],
  ["Priority", "on"],
  ["DefaultTolerationSeconds", "on"],
  ["PodTolerationRestriction", "off"],
  ["EventRateLimit", "off"],
  ["ExtendedResourceToleration", "off"],
  ["DefaultStorageClass", "on"],
  ["StorageObjectInUseProtection", "on"],
  ["OwnerReferencesPermissionEnforcement", "off"],
  ["PersistentVolumeClaimResize", "on"],
  ["RuntimeClass", "on"],
  ["CertificateApproval", "on"],
  ["CertificateSigning", "on"],
  ["ClusterTrustBundleAttest", "on"],
  ["CertificateSubjectRestriction", "on"],
  ["DefaultIngressClass", "on"],
  ["DenyServiceExternalIPs", "off"],
  ["PodTopologyLabels", "on"],
  ["NodeDeclaredFeatureValidator", "on"],
  ["PodResizeValidator", "on"],
  ["MutatingAdmissionPolicy", "on"],
  ["MutatingAdmissionWebhook", "on"],
  ["ValidatingAdmissionPolicy", "on"],
  ["ValidatingAdmissionWebhook", "on"],
  ["ResourceQuota", "on"],
  ["AlwaysDeny", "off"],
] as const;

export type AdmissionPluginName = (typeof TABLE)[number][0];

/** What the flags `--enable-admission-plugins` and `--disable-admission-plugins` say. */
export interface PluginChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** The plugins that run, in their order. Throws `AdmissionPluginsInvalid` with upstream's sentences on names that cannot be. */
export function choosePlugins({ enable, disable }: PluginChoice): readonly AdmissionPluginName[] {
  const known = new Set<string>(TABLE.map(([name]) => name));
  const unknown = (flag: string, names: readonly string[]): readonly string[] =>
    names.filter((name) => !known.has(name)).map((name) => `${flag} plugin ${JSON.stringify(name)} is unknown`);
  const both = [...new Set(enable)].filter((name) => disable.includes(name)).sort();
  const problems = [
    ...unknown("enable-admission-plugins", enable),
    ...unknown("disable-admission-plugins", disable),
    ...(both.length === 0
      ? []
      : [`[${both.join(" ")}] in enable-admission-plugins and disable-admission-plugins overlapped`]),
  ];
  if (problems.length > 0) throw apiServerError("AdmissionPluginsInvalid", problems.join("; "));
  return TABLE.filter(([name, usual]) => enable.includes(name) || (usual === "on" && !disable.includes(name))).map(
    ([name]) => name,
  );
}

/** All names in order, for help and for the test that compares them with what can be made. */
export function allPluginNames(): readonly AdmissionPluginName[] {
  return TABLE.map(([name]) => name);
}
