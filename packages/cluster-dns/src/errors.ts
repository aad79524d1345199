/**
 * Codes of this package's operating failures.
 *
 * - `ListenFailed`: the address of the cluster's DNS cannot be listened on.
 * - `NoNameServer`: a name of others is asked for, and the machine names no other name server.
 * - `NameServerSilent`: a name server did not answer in time.
 * - `NameServerConfused`: a name server answered another question than the one that was asked.
 */
export type ClusterDnsErrorCode = "ListenFailed" | "NoNameServer" | "NameServerSilent" | "NameServerConfused";
