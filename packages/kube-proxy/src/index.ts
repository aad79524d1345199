/**
 * Services and endpoint slices to packet filter rules: `service-port.ts` chooses endpoints, `compile.ts` makes the table,
 * `kube-proxy.ts` keeps it in step. Carrying tables out is `@skates/packet-filter`.
 */
export { compile, type CompileOptions } from "./compile.ts";
export { createKubeProxy, type KubeProxy, type KubeProxyOptions, serviceKeysOf } from "./kube-proxy.ts";
export type { Endpoint, ServicePortRules } from "./service-port.ts";
export type { FlowTable, StaleFlow } from "./stale-flows.ts";
