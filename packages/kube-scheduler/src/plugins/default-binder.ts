import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import { bindPod } from "../bind/bind-pod.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";

/** Binds pods by a `Binding`. */
export function defaultBinder(options: { readonly client: Client; readonly clock: Clock }): SchedulerPlugin {
  return {
    name: "DefaultBinder",
    wakes: [],
    bind: ({ pod, node }, signal) => bindPod(options, { info: pod, nodeName: node.name }, signal),
  };
}
