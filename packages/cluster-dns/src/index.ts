/**
 * DNS for services and pods: `records.ts` says which names there are, `resolver.ts` answers packets, `cluster-dns.ts` is the
 * component. Sockets and forwarding are in `@skates/cluster-dns/node`.
 */
export type { ClusterDnsErrorCode } from "./errors.ts";
export { announceInApi, type ClusterDnsOptions, createClusterDns, type DnsAnnouncement } from "./cluster-dns.ts";
export type { Cluster } from "./records.ts";
export { type Forwarder, type Resolver, resolver, type ResolverOptions } from "./resolver.ts";
export { writeQuery } from "./write-query.ts";
export { readAnswers } from "./read-answers.ts";
