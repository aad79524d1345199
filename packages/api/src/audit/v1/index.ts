/** The audit log's configuration (`audit.k8s.io`); no kind of it is served. */
export {
  AUDIT_LEVELS,
  AUDIT_STAGES,
  type AuditLevel,
  type AuditStage,
  GroupResources,
  Policy,
  policyKind,
  PolicyRule,
  validatePolicy,
} from "./policy.ts";
