import type { AuditLevel, AuditStage } from "@skates/api/audit/v1";

/** A user as the audit log names one. */
export interface AuditUser {
  readonly username: string;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** One entry of the audit log, `audit.k8s.io/v1` Event, in the order of upstream's fields. */
export interface AuditEvent {
  readonly kind: "Event";
  readonly apiVersion: "audit.k8s.io/v1";
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser | undefined;
  readonly sourceIPs?: readonly string[] | undefined;
  readonly userAgent?: string | undefined;
  readonly objectRef?: Readonly<Record<string, string>> | undefined;
  readonly responseStatus?: Readonly<Record<string, unknown>> | undefined;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Takes events. */
export interface AuditSink {
  readonly name: string;
  /**
   * Takes one event, for writing it now or soon. False: it was refused, and a request that has just arrived must not be carried out
   * (only a sink that is strict ever says so).
   */
  take(event: AuditEvent): boolean;
  /** Writes what is waiting until `signal` aborts; then the rest. */
  run(signal: AbortSignal): Promise<void>;
}

/** Upstream's one-line form, `--audit-log-format=legacy`. */
export function legacyLine(event: AuditEvent): string {
  const { user, impersonatedUser, objectRef, responseStatus, sourceIPs } = event;
  const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(",");
  const named = user.username !== "";
  const groups = named && (user.groups ?? []).length > 0 ? quoted(user.groups ?? []) : "<none>";
  const asGroups = impersonatedUser?.groups === undefined ? "<lookup>" : quoted(impersonatedUser.groups);
  const parts: readonly (readonly [string, string])[] = [
    ["id", event.auditID],
    ["stage", event.stage],
    ["ip", sourceIPs?.[0] ?? "<unknown>"],
    ["method", event.verb],
    ["user", named ? user.username : "<none>"],
    ["groups", groups],
    ["as", impersonatedUser?.username ?? "<self>"],
    ["asgroups", asGroups],
    ["user-agent", event.userAgent ?? ""],
    ["namespace", objectRef?.["namespace"] ?? "<none>"],
    ["uri", event.requestURI],
  ];
  const code = responseStatus === undefined ? "<deferred>" : String(responseStatus["code"]);
  const text = parts.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ");
  return `${event.requestReceivedTimestamp} AUDIT: ${text} response="${code}"`;
}
