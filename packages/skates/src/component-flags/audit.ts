import type { AuditLogOptions } from "@skates/kube-apiserver/node";
import { type BatchOptions, EVENT_BYTES_MAX, WEBHOOK_BATCHES } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { durationFrom } from "./duration.ts";

export const AUDIT_FLAGS: FlagSpecs = {
  "audit-policy-file": {
    type: "file",
    value: "FILE",
    doc: "What is written to the audit log: a Policy (audit.k8s.io/v1). Default: who changes what, and who reads secrets.",
  },
  "audit-log-path": {
    type: "file",
    value: "FILE",
    doc: "The audit log (default <data-dir>/logs/audit.log); - for standard output, empty for no log.",
  },
  "audit-log-format": { type: "string", value: "NAME", doc: "json (default) or legacy: a line of text." },
  "audit-log-mode": {
    type: "string",
    value: "NAME",
    doc: "blocking (default), or blocking-strict: what cannot be logged is not carried out.",
  },
  "audit-log-maxage": { type: "int", value: "DAYS", doc: "Old audit logs are kept so long (default 366)." },
  "audit-log-maxbackup": { type: "int", value: "N", doc: "So many old audit logs are kept (default 100)." },
  "audit-log-maxsize": { type: "int", value: "MB", doc: "Size at which a new audit log begins (default 100)." },
  "audit-log-compress": { type: "bool", doc: "Compress old audit logs with gzip." },
  "audit-log-truncate-enabled": { type: "bool", doc: "Leave out objects of audit events that are too long." },
  "audit-log-truncate-max-event-size": {
    type: "int",
    value: "BYTES",
    doc: `Length at which they are (default ${EVENT_BYTES_MAX}).`,
  },
  "audit-webhook-config-file": {
    type: "file",
    value: "FILE",
    doc: "A kubeconfig: audit events are posted to its server, too.",
  },
  "audit-webhook-batch-buffer-size": { type: "int", value: "N", doc: "Events that may wait (default 10000)." },
  "audit-webhook-batch-max-size": { type: "int", value: "N", doc: "Events in one batch (default 400)." },
  "audit-webhook-batch-max-wait": {
    type: "string",
    value: "DURATION",
    doc: "How long a batch waits to be full (default 30s).",
  },
  "audit-webhook-batch-throttle-qps": { type: "int", value: "N", doc: "Batches per second (default 10)." },
  "audit-webhook-batch-throttle-burst": { type: "int", value: "N", doc: "Batches at once (default 15)." },
  "audit-webhook-initial-backoff": {
    type: "string",
    value: "DURATION",
    doc: "Pause before the second try (default 10s).",
  },
  "audit-webhook-truncate-enabled": { type: "bool", doc: "Leave out objects of audit events that are too long." },
  "audit-webhook-truncate-max-event-size": {
    type: "int",
    value: "BYTES",
    doc: `Length at which they are (default ${EVENT_BYTES_MAX}).`,
  },
};

/** How the audit log is kept. */
export interface AuditFlags {
  /** Undefined: the built-in policy. */
  readonly policyFile: string | undefined;
  /** Undefined: no log. */
  readonly log: Omit<AuditLogOptions, "clock" | "log" | "lost"> | undefined;
  readonly logEventBytesMax: number | undefined;
  /** A kubeconfig; undefined: no webhook. */
  readonly webhookFile: string | undefined;
  readonly webhookBatches: BatchOptions;
  readonly webhookEventBytesMax: number | undefined;
}

/** Throws a usage error for values that mean nothing. */
export function auditFrom(flags: FlagValues, defaultPath: string): AuditFlags {
  const path = flags.string("audit-log-path") ?? defaultPath;
  const { throttle = { perSecond: 10, burst: 15 }, ...batches } = WEBHOOK_BATCHES;
  return {
    policyFile: flags.string("audit-policy-file"),
    log: path === "" ? undefined : logFrom(flags, path),
    logEventBytesMax: longestEvent(flags, "log"),
    webhookFile: flags.string("audit-webhook-config-file"),
    webhookBatches: {
      bufferSize: flags.int("audit-webhook-batch-buffer-size") ?? batches.bufferSize,
      maxBatchSize: flags.int("audit-webhook-batch-max-size") ?? batches.maxBatchSize,
      maxBatchWaitMs: durationFrom(flags, "audit-webhook-batch-max-wait") ?? batches.maxBatchWaitMs,
      throttle: {
        perSecond: flags.int("audit-webhook-batch-throttle-qps") ?? throttle.perSecond,
        burst: flags.int("audit-webhook-batch-throttle-burst") ?? throttle.burst,
      },
      initialBackoffMs: durationFrom(flags, "audit-webhook-initial-backoff") ?? batches.initialBackoffMs,
    },
    webhookEventBytesMax: longestEvent(flags, "webhook"),
  };
}

function logFrom(flags: FlagValues, path: string): AuditFlags["log"] {
  return {
    path,
    format: oneOf(flags, "audit-log-format", ["json", "legacy"]),
    mode: oneOf(flags, "audit-log-mode", ["blocking", "blocking-strict"]),
    maxAgeDays: flags.int("audit-log-maxage") ?? 366,
    maxBackups: flags.int("audit-log-maxbackup") ?? 100,
    maxSizeMb: flags.int("audit-log-maxsize") ?? 100,
    compress: flags.bool("audit-log-compress"),
  };
}

function longestEvent(flags: FlagValues, of: "log" | "webhook"): number | undefined {
  if (!flags.bool(`audit-${of}-truncate-enabled`)) return undefined;
  return flags.int(`audit-${of}-truncate-max-event-size`) ?? EVENT_BYTES_MAX;
}

function oneOf<T extends string>(flags: FlagValues, name: string, [first, ...others]: readonly [T, ...T[]]): T {
  const value = flags.string(name) ?? first;
  const found = [first, ...others].find((known) => known === value);
  if (found !== undefined) return found;
  const known = [first, ...others].join(" or ");
  throw usageError(`invalid value ${JSON.stringify(value)} for flag --${name}: ${known}`);
}
