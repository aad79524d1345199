import { type ValidatingAdmissionPolicy, validatingAdmissionPolicies } from "@skates/api/admissionregistration/v1";
import { isStatus } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Env, messageOf } from "@skates/component-base";
import { checkTypes } from "./type-checking.ts";

/** After a change, and between tries: several changes are often one. */
const GATHER_MS = 500;

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
  while (!signal.aborted) {
    const changed = registry.changed([validatingAdmissionPolicies], signal);
    while (!(await settle({ env, registry, client }, unchecked(registry), signal)))
      await env.clock.sleep(GATHER_MS, signal);
    await changed;
    await env.clock.sleep(GATHER_MS, signal);
  }
}

function unchecked(registry: Registry): readonly ValidatingAdmissionPolicy[] {
  return registry
    .cachedList<ValidatingAdmissionPolicy>(validatingAdmissionPolicies)
    .filter(({ metadata, status }) => (status?.observedGeneration ?? 0) < (metadata.generation ?? 0));
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
