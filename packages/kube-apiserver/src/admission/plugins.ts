import type { AdmissionPlugin, Authorizer, Registry } from "@skates/apiserver";
import type { Random } from "@skates/component-base";
import type { PolicySource } from "../authorization/rbac/policy-source.ts";
import type { PluginConfigurations } from "./configuration.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { type AdmissionPluginName, choosePlugins, type PluginChoice } from "./plugin-table.ts";
import { podSecuritySettings } from "./pod-security/configuration.ts";
import { podSecurity } from "./pod-security/pod-security.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { resourceQuota } from "./resource-quota.ts";
import { serviceAccount } from "./service-account.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";

/** Which admission plugins run, and how. */
export interface AdmissionSettings extends PluginChoice {
  readonly configurations: PluginConfigurations;
}

export interface AdmissionOptions {
  readonly registry: Registry;
  readonly random: Random;
  readonly authorizer: Authorizer;
  readonly source: PolicySource;
  /** Default: the plugins that are on by default, each with its own defaults. */
  readonly settings?: AdmissionSettings | undefined;
}

/** `configuration` is the text that the configuration file has for the plugin. */
type MakePlugin = (options: AdmissionOptions, configuration: string | undefined) => AdmissionPlugin;

/** How each plugin is made; the order is that of the table. */
const MAKERS: Readonly<Partial<Record<AdmissionPluginName, MakePlugin>>> = {
  NamespaceLifecycle: ({ registry }) => namespaceLifecycle(registry),
  LimitRanger: ({ registry }) => limitRanger(registry),
  ServiceAccount: ({ registry, random }) => serviceAccount({ registry, random }),
  NodeRestriction: ({ registry }) => nodeRestriction(registry),
  TaintNodesByCondition: () => taintNodesByCondition,
  PodSecurity: ({ registry }, configuration) => podSecurity({ registry, settings: podSecuritySettings(configuration) }),
  Priority: ({ registry }) => priority(registry),
  DefaultTolerationSeconds: () => defaultTolerationSeconds,
  ResourceQuota: ({ registry }) => resourceQuota(registry),
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
