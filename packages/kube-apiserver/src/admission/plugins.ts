import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import type { Random } from "@skates/component-base";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { priority } from "./priority.ts";
import { serviceAccount } from "./service-account.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";

/** The built-in plugins in upstream's order. */
export function admissionPlugins(registry: Registry, random: Random): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(registry),
    serviceAccount({ registry, random }),
    taintNodesByCondition,
    priority(registry),
    defaultTolerationSeconds,
  ];
}
