import { type ValidatingAdmissionPolicy, validatingAdmissionPolicies } from "@skates/api/admissionregistration/v1";
import { isStatus } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Env, messageOf } from "@skates/component-base";
import { checkTypes } from "./type-checking.ts";

/** How often the cache is asked whether a policy has changed. */
const LOOK_MS = 500;

export interface PolicyStatusOptions {
  readonly env: Env;
  readonly registry: Registry;
  /** Writes as the server itself. */
  readonly client: Client;
}

/** Writes into the status of each validating policy what its expressions make of the schemas, until `signal` aborts. */
export async function keepPolicyStatus(
  { env, registry, client }: PolicyStatusOptions,
  signal: AbortSignal,
): Promise<void> {
  let seen = 0;
  while (!signal.aborted) {
    const revision = registry.cachedRevision(validatingAdmissionPolicies);
    if (revision !== seen) {
      const policies = registry.cachedList<ValidatingAdmissionPolicy>(validatingAdmissionPolicies);
      const settled = await settle({ env, registry, client }, policies.filter(isUnchecked), signal);
      if (settled) seen = revision;
    }
    await env.clock.sleep(LOOK_MS, signal);
  }
}

function isUnchecked({ metadata, status }: ValidatingAdmissionPolicy): boolean {
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

/** False: one is to be tried again. */
async function settle(
  { env, registry, client }: PolicyStatusOptions,
  policies: readonly ValidatingAdmissionPolicy[],
  signal: AbortSignal,
): Promise<boolean> {
  let settled = true;
  for (const policy of policies) {
    const expressionWarnings = checkTypes(registry, policy);
    const status = {
      ...policy.status,
      observedGeneration: policy.metadata.generation,
      typeChecking: { expressionWarnings },
    };
    try {
      await client
        .resource<ValidatingAdmissionPolicy>(validatingAdmissionPolicies)
        .updateStatus({ ...policy, status }, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      settled = false;
      if (isStatus(error, "Conflict") || isStatus(error, "NotFound")) continue;
      env.log.error("the status of a policy could not be written", {
        policy: policy.metadata.name,
        error: messageOf(error),
      });
    }
  }
  return settled;
}
