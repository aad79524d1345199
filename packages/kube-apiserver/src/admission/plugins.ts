import type { AdmissionPlugin, Authorizer, Registry } from "@skates/apiserver";
import type { Random } from "@skates/component-base";
import type { PolicySource } from "../authorization/rbac/policy-source.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { resourceQuota } from "./resource-quota.ts";
import { serviceAccount } from "./service-account.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";

export interface AdmissionOptions {
  readonly registry: Registry;
  readonly random: Random;
  readonly authorizer: Authorizer;
  readonly source: PolicySource;
}

/** The built-in plugins in upstream's order. */
export function admissionPlugins(options: AdmissionOptions): readonly AdmissionPlugin[] {
  const { registry, random } = options;
  return [
    namespaceLifecycle(registry),
    limitRanger(registry),
    serviceAccount({ registry, random }),
    nodeRestriction(registry),
    taintNodesByCondition,
    priority(registry),
    defaultTolerationSeconds,
    rbacEscalation(options),
    resourceQuota(registry),
  ];
}
