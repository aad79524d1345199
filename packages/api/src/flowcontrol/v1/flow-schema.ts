import {
  type Infer,
  bool,
  int32,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { flowSchemaColumns } from "./flowcontrol-tables.ts";

export const FlowSchema = struct("flowcontrol.apiserver.k8s.io/v1.FlowSchema", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<FlowSchemaSpec>(() => FlowSchemaSpec),
    "",
  ),
  status: opt(
    3,
    ref<FlowSchemaStatus>(() => FlowSchemaStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface FlowSchema extends Infer<typeof FlowSchema> {}

export const FlowSchemaStatus = struct("flowcontrol.apiserver.k8s.io/v1.FlowSchemaStatus", {
  conditions: opt(
    1,
    list(
      ref<FlowSchemaCondition>(() => FlowSchemaCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface FlowSchemaStatus extends Infer<typeof FlowSchemaStatus> {}

export const FlowSchemaCondition = struct("flowcontrol.apiserver.k8s.io/v1.FlowSchemaCondition", {
  type: opt(1, string, ""),
  status: opt(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface FlowSchemaCondition extends Infer<typeof FlowSchemaCondition> {}

export const FlowSchemaSpec = struct("flowcontrol.apiserver.k8s.io/v1.FlowSchemaSpec", {
  priorityLevelConfiguration: req(
    1,
    ref<PriorityLevelConfigurationReference>(() => PriorityLevelConfigurationReference),
    "",
  ),
  matchingPrecedence: opt(2, int32, "", { emitEmpty: true, default: 1000 }),
  distinguisherMethod: opt(
    3,
    ref<FlowDistinguisherMethod>(() => FlowDistinguisherMethod),
    "",
  ),
  rules: opt(4, list(ref<PolicyRulesWithSubjects>(() => PolicyRulesWithSubjects)), ""),
});
export interface FlowSchemaSpec extends Infer<typeof FlowSchemaSpec> {}

export const PolicyRulesWithSubjects = struct("flowcontrol.apiserver.k8s.io/v1.PolicyRulesWithSubjects", {
  subjects: req(1, list(ref<Subject>(() => Subject)), ""),
  resourceRules: opt(2, list(ref<ResourcePolicyRule>(() => ResourcePolicyRule)), ""),
  nonResourceRules: opt(3, list(ref<NonResourcePolicyRule>(() => NonResourcePolicyRule)), ""),
});
export interface PolicyRulesWithSubjects extends Infer<typeof PolicyRulesWithSubjects> {}

export const NonResourcePolicyRule = struct("flowcontrol.apiserver.k8s.io/v1.NonResourcePolicyRule", {
  verbs: req(1, list(string, "set"), ""),
  nonResourceURLs: req(6, list(string, "set"), ""),
});
export interface NonResourcePolicyRule extends Infer<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = struct("flowcontrol.apiserver.k8s.io/v1.ResourcePolicyRule", {
  verbs: req(1, list(string, "set"), ""),
  apiGroups: req(2, list(string, "set"), ""),
  resources: req(3, list(string, "set"), ""),
  clusterScope: opt(4, bool, ""),
  namespaces: opt(5, list(string, "set"), "", { emitEmpty: true }),
});
export interface ResourcePolicyRule extends Infer<typeof ResourcePolicyRule> {}

export const Subject = struct("flowcontrol.apiserver.k8s.io/v1.Subject", {
  kind: req(1, string, "", { known: ["User", "Group", "ServiceAccount"] }),
  user: opt(
    2,
    ref<UserSubject>(() => UserSubject),
    "",
  ),
  group: opt(
    3,
    ref<GroupSubject>(() => GroupSubject),
    "",
  ),
  serviceAccount: opt(
    4,
    ref<ServiceAccountSubject>(() => ServiceAccountSubject),
    "",
  ),
});
export interface Subject extends Infer<typeof Subject> {}

export const ServiceAccountSubject = struct("flowcontrol.apiserver.k8s.io/v1.ServiceAccountSubject", {
  namespace: req(1, string, ""),
  name: req(2, string, ""),
});
export interface ServiceAccountSubject extends Infer<typeof ServiceAccountSubject> {}

export const GroupSubject = struct("flowcontrol.apiserver.k8s.io/v1.GroupSubject", {
  name: req(1, string, ""),
});
export interface GroupSubject extends Infer<typeof GroupSubject> {}

export const UserSubject = struct("flowcontrol.apiserver.k8s.io/v1.UserSubject", {
  name: req(1, string, ""),
});
export interface UserSubject extends Infer<typeof UserSubject> {}

export const FlowDistinguisherMethod = struct("flowcontrol.apiserver.k8s.io/v1.FlowDistinguisherMethod", {
  type: req(1, string, "", { known: ["ByUser", "ByNamespace"] }),
});
export interface FlowDistinguisherMethod extends Infer<typeof FlowDistinguisherMethod> {}

export const PriorityLevelConfigurationReference = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationReference",
  {
    name: req(1, string, ""),
  },
);
export interface PriorityLevelConfigurationReference extends Infer<typeof PriorityLevelConfigurationReference> {}

export const flowSchemas = resource<FlowSchema>({
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "FlowSchema",
  plural: "flowschemas",
  namespaced: false,
  schema: FlowSchema,
  storage: "flowschemas",
  storageVersionHash: "GJVAJZSZBIw=",
  columns: flowSchemaColumns,
});
