/** The kernel's table of connections. */
export { conntrackFlows } from "./conntrack-flows.ts";
