import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { ADMISSION_FLAGS } from "./admission.ts";
import { AGGREGATION_FLAGS } from "./aggregation.ts";
import { AUTHENTICATION_FLAGS } from "./authentication.ts";
import { AUTHORIZATION_FLAGS } from "./authorization.ts";
import { checkFixedFlags, FIXED_FLAGS } from "./fixed.ts";
import { IDENTITY_FLAGS } from "./identity.ts";
import { CLOUD_PROVIDER_FLAGS } from "./cloud-provider.ts";
import { CONTROLLER_FLAGS } from "./controllers.ts";
import { AUDIT_FLAGS } from "./audit.ts";
import { ENCRYPTION_FLAGS } from "./encryption.ts";
import { FEATURE_GATE_FLAGS } from "./feature-gates.ts";
import { KUBELET_FLAGS, podLimitsFrom } from "./kubelet.ts";
import { NODE_LIFECYCLE_FLAGS } from "./node-lifecycle.ts";
import { SCHEDULER_FLAGS } from "./scheduler.ts";
import { LIMIT_FLAGS } from "./limits.ts";
import { OIDC_FLAGS } from "./oidc.ts";
import { TLS_FLAGS, tlsPolicyFrom } from "./tls.ts";
import { legacyTokenUnusedMs, SERVICE_ACCOUNT_FLAGS, serviceAccountsFrom } from "./service-accounts.ts";
import { SERVICE_FLAGS } from "./services.ts";

/** Those that a node's process reads too: `join` takes them for its node. */
export const NODE_FLAGS: FlagSpecs = {
  ...CLOUD_PROVIDER_FLAGS,
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

/** Throws a usage error for values that no process could start with, before they are kept. Files are read at the start only. */
export function checkComponentFlags(flags: FlagValues): void {
  checkFixedFlags(flags);
  serviceAccountsFrom(flags, "usual");
  legacyTokenUnusedMs(flags);
  checkNodeFlags(flags);
}

/** The same for `NODE_FLAGS`. */
export function checkNodeFlags(flags: FlagValues): void {
  tlsPolicyFrom(flags);
  podLimitsFrom(flags);
}
