import { asError, hasCode, messageOf } from "@skates/component-base";
import { storeError } from "../../errors.ts";

/** Answers of etcd, and of the connection to it, that say for certain that a write was not even proposed. */
const NOT_PROPOSED = /No connection established|Name resolution failed|etcdserver: no leader/;
/** Status codes with which a server refuses before doing anything. */
const REFUSALS = ["GrpcPermissionDenied", "GrpcUnauthenticated", "GrpcInvalidArgument", "GrpcFailedPrecondition"];

/** True if the call may be made again, of a write even: nothing has happened. */
export function notProposed(thrown: unknown): boolean {
  return hasCode(thrown, "GrpcUnavailable") && NOT_PROPOSED.test(messageOf(thrown));
}

/** True if another member, or the same a little later, may answer a read. */
export function passing(thrown: unknown): boolean {
  return (
    hasCode(thrown, "GrpcUnavailable") ||
    hasCode(thrown, "GrpcDeadlineExceeded") ||
    hasCode(thrown, "GrpcUnknown") ||
    hasCode(thrown, "GrpcInternal") ||
    hasCode(thrown, "GrpcCanceled")
  );
}

/** What a failed call means to the user of the store. */
export function etcdError(thrown: unknown, kind: "read" | "write"): Error {
  const message = messageOf(thrown);
  const cause = asError(thrown);
  if (message.includes("revision has been compacted"))
    return storeError("Compacted", "the revision has been compacted", cause);
  if (message.includes("is a future revision"))
    return storeError("FutureRevision", "the revision has not happened yet", cause);
  if (message.includes("lease not found")) return storeError("LeaseNotFound", "the lease does not exist", cause);
  if (message.includes("database space exceeded")) {
    return storeError("DiskFull", "etcd's database is full: compact and defragment it, then disarm its alarm", cause);
  }
  if (message.includes("too many requests")) return storeError("Busy", "etcd has too much to do", cause);
  if (message.includes("request is too large") || message.includes("received message larger than max")) {
    return storeError("ValueTooLarge", "the value exceeds etcd's limit (--max-request-bytes)", cause);
  }
  if (REFUSALS.some((code) => hasCode(thrown, code))) return storeError("Refused", "etcd refuses", cause);
  if (kind === "write" && !notProposed(thrown)) {
    return storeError("OutcomeUnknown", "etcd did not answer: the write may or may not have happened", cause);
  }
  return storeError("Unavailable", "etcd does not answer, or has no quorum", cause);
}
