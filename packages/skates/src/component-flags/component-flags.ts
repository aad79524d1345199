import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { ADMISSION_FLAGS, admissionFrom } from "./admission.ts";
import { AGGREGATION_FLAGS, proxyClientFrom } from "./aggregation.ts";
import { AUTHENTICATION_FLAGS } from "./authentication.ts";
import { AUTHORIZATION_FLAGS } from "./authorization.ts";
import { checkFixedFlags, FIXED_FLAGS } from "./fixed.ts";
import { IDENTITY_FLAGS } from "./identity.ts";
import { CLOUD_PROVIDER_FLAGS, externalCloudProviderFrom } from "./cloud-provider.ts";
import { clusterSigningMs, CONTROLLER_FLAGS, controllersFrom } from "./controllers.ts";
import { AUDIT_FLAGS, auditFrom } from "./audit.ts";
import { ENCRYPTION_FLAGS } from "./encryption.ts";
import { EVICTION_FLAGS, evictionFrom } from "./eviction.ts";
import { FEATURE_GATE_FLAGS, featureGatesFrom } from "./feature-gates.ts";
import { KUBELET_FLAGS, podLimitsFrom } from "./kubelet.ts";
import { evictionRatesFrom, NODE_LIFECYCLE_FLAGS } from "./node-lifecycle.ts";
import { SCHEDULER_FLAGS, schedulerConfigurationFrom } from "./scheduler.ts";
import { LIMIT_FLAGS, limitsFrom } from "./limits.ts";
import { OIDC_FLAGS, oidcFrom } from "./oidc.ts";
import { TLS_FLAGS, tlsPolicyFrom } from "./tls.ts";
import { legacyTokenUnusedMs, SERVICE_ACCOUNT_FLAGS, serviceAccountsFrom } from "./service-accounts.ts";
import { nodePortsFrom, SERVICE_FLAGS } from "./services.ts";

/** Those that a node's process reads too: `join` takes them for its node. */
export const NODE_FLAGS: FlagSpecs = {
  ...CLOUD_PROVIDER_FLAGS,
  ...EVICTION_FLAGS,
  ...FEATURE_GATE_FLAGS,
  ...KUBELET_FLAGS,
  ...TLS_FLAGS,
};

/**
 * Flags of upstream's components, under upstream's names: `up`, `server` and `agent` take them all, and `up` keeps them in the
 * cluster's settings for both processes. A file of this folder for each subject: its flags, and a function that reads them into the
 * options of the component.
 */
export const COMPONENT_FLAGS: FlagSpecs = {
  ...ADMISSION_FLAGS,
  ...AGGREGATION_FLAGS,
  ...AUTHENTICATION_FLAGS,
  ...AUTHORIZATION_FLAGS,
  ...FIXED_FLAGS,
  ...IDENTITY_FLAGS,
  ...CONTROLLER_FLAGS,
  ...AUDIT_FLAGS,
  ...ENCRYPTION_FLAGS,
  ...NODE_LIFECYCLE_FLAGS,
  ...SCHEDULER_FLAGS,
  ...LIMIT_FLAGS,
  ...OIDC_FLAGS,
  ...SERVICE_ACCOUNT_FLAGS,
  ...SERVICE_FLAGS,
  ...NODE_FLAGS,
};

/**
 * Throws a usage error for values that no process could start with, before they are kept: a cluster that has kept one never starts.
 * Only what configures authentication, authorization and encryption by files is read at the start alone.
 */
export function checkComponentFlags(flags: FlagValues): void {
  checkFixedFlags(flags);
  serviceAccountsFrom(flags, "usual");
  legacyTokenUnusedMs(flags);
  admissionFrom(flags);
  auditFrom(flags, "usual");
  clusterSigningMs(flags);
  controllersFrom(flags);
  evictionRatesFrom(flags);
  limitsFrom(flags);
  nodePortsFrom(flags);
  oidcFrom(flags);
  proxyClientFrom(flags);
  schedulerConfigurationFrom(flags);
  checkNodeFlags(flags);
}

/** The same for `NODE_FLAGS`. */
export function checkNodeFlags(flags: FlagValues): void {
  externalCloudProviderFrom(flags);
  evictionFrom(flags);
  featureGatesFrom(flags);
  tlsPolicyFrom(flags);
  podLimitsFrom(flags);
}
