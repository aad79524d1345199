/** What the API server needs of Node.js: connections to webhook servers, the file of the audit log. Everything else is handed in by the caller. */
export { issuerKeys } from "./issuer-keys.ts";
export { webhookDialer } from "./webhook-dialer.ts";
export { auditLog, type AuditLogOptions } from "./audit-log.ts";
