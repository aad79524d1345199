/** Types of coordination.k8s.io/v1. */
export { Lease, LeaseSpec, leases } from "./lease.ts";
