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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { flowSchemaColumns } from "./flowcontrol-tables.ts";
import { flowSchemaSpecRules } from "./flowcontrol-rules.ts";

export const FlowSchema = struct(
  "flowcontrol.apiserver.k8s.io/v1.FlowSchema",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<FlowSchemaSpec>(() => FlowSchemaSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<FlowSchemaStatus>(() => FlowSchemaStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Which requests are served at which level of priority." },
);
export interface FlowSchema extends Infer<typeof FlowSchema> {}

export const FlowSchemaStatus = struct(
  "flowcontrol.apiserver.k8s.io/v1.FlowSchemaStatus",
  {
    conditions: opt(
      1,
      list(
        ref<FlowSchemaCondition>(() => FlowSchemaCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a flow schema." },
);
export interface FlowSchemaStatus extends Infer<typeof FlowSchemaStatus> {}

export const FlowSchemaCondition = struct(
  "flowcontrol.apiserver.k8s.io/v1.FlowSchemaCondition",
  {
    type: opt(1, string, "What it is about."),
    status: opt(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a flow schema." },
);
export interface FlowSchemaCondition extends Infer<typeof FlowSchemaCondition> {}

export const FlowSchemaSpec = struct(
  "flowcontrol.apiserver.k8s.io/v1.FlowSchemaSpec",
  {
    priorityLevelConfiguration: req(
      1,
      ref<PriorityLevelConfigurationReference>(() => PriorityLevelConfigurationReference),
      "Level they are served at.",
    ),
    matchingPrecedence: opt(2, int32, "Among schemas that fit, the lowest decides.", {
      emitEmpty: true,
      default: 1000,
    }),
    distinguisherMethod: opt(
      3,
      ref<FlowDistinguisherMethod>(() => FlowDistinguisherMethod),
      "What tells flows apart.",
    ),
    rules: opt(
      4,
      list(ref<PolicyRulesWithSubjects>(() => PolicyRulesWithSubjects)),
      "Requests that it is about; any rule may fit.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Which requests, and where they go.", rules: [flowSchemaSpecRules] }),
);
export interface FlowSchemaSpec extends Infer<typeof FlowSchemaSpec> {}

export const PolicyRulesWithSubjects = struct(
  "flowcontrol.apiserver.k8s.io/v1.PolicyRulesWithSubjects",
  {
    subjects: req(1, list(ref<Subject>(() => Subject)), "Who."),
    resourceRules: opt(2, list(ref<ResourcePolicyRule>(() => ResourcePolicyRule)), "Requests for objects."),
    nonResourceRules: opt(3, list(ref<NonResourcePolicyRule>(() => NonResourcePolicyRule)), "Other requests."),
  },
  { doc: "Who asks for what." },
);
export interface PolicyRulesWithSubjects extends Infer<typeof PolicyRulesWithSubjects> {}

export const NonResourcePolicyRule = struct(
  "flowcontrol.apiserver.k8s.io/v1.NonResourcePolicyRule",
  {
    verbs: req(1, list(string, "set"), "Methods in lower case; * for all."),
    nonResourceURLs: req(6, list(string, "set"), "Paths; a * at the end stands for any rest."),
  },
  { doc: "Requests that are not for objects." },
);
export interface NonResourcePolicyRule extends Infer<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = struct(
  "flowcontrol.apiserver.k8s.io/v1.ResourcePolicyRule",
  {
    verbs: req(1, list(string, "set"), "Such as get or create; * for all."),
    apiGroups: req(2, list(string, "set"), "API groups; * for all."),
    resources: req(3, list(string, "set"), "Plurals of kinds; * for all."),
    clusterScope: opt(4, bool, "Fits requests without namespace."),
    namespaces: opt(5, list(string, "set"), "Namespaces; * for all.", { emitEmpty: true }),
  },
  { doc: "Requests for objects." },
);
export interface ResourcePolicyRule extends Infer<typeof ResourcePolicyRule> {}

export const Subject = struct(
  "flowcontrol.apiserver.k8s.io/v1.Subject",
  {
    kind: req(1, string, "User, Group or ServiceAccount.", { known: ["User", "Group", "ServiceAccount"] }),
    user: opt(
      2,
      ref<UserSubject>(() => UserSubject),
      "A user.",
    ),
    group: opt(
      3,
      ref<GroupSubject>(() => GroupSubject),
      "A group.",
    ),
    serviceAccount: opt(
      4,
      ref<ServiceAccountSubject>(() => ServiceAccountSubject),
      "A service account.",
    ),
  },
  { doc: "Somebody who makes requests; the member of its kind is given." },
);
export interface Subject extends Infer<typeof Subject> {}

export const ServiceAccountSubject = struct(
  "flowcontrol.apiserver.k8s.io/v1.ServiceAccountSubject",
  {
    namespace: req(1, string, "Its namespace."),
    name: req(2, string, "Its name; * for all of the namespace."),
  },
  { doc: "A service account." },
);
export interface ServiceAccountSubject extends Infer<typeof ServiceAccountSubject> {}

export const GroupSubject = struct(
  "flowcontrol.apiserver.k8s.io/v1.GroupSubject",
  {
    name: req(1, string, "Its name; * for all."),
  },
  { doc: "A group of users." },
);
export interface GroupSubject extends Infer<typeof GroupSubject> {}

export const UserSubject = struct(
  "flowcontrol.apiserver.k8s.io/v1.UserSubject",
  {
    name: req(1, string, "Their name; * for all."),
  },
  { doc: "A user." },
);
export interface UserSubject extends Infer<typeof UserSubject> {}

export const FlowDistinguisherMethod = struct(
  "flowcontrol.apiserver.k8s.io/v1.FlowDistinguisherMethod",
  {
    type: req(1, string, "ByUser or ByNamespace.", { known: ["ByUser", "ByNamespace"] }),
  },
  { doc: "What tells flows apart." },
);
export interface FlowDistinguisherMethod extends Infer<typeof FlowDistinguisherMethod> {}

export const PriorityLevelConfigurationReference = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationReference",
  {
    name: req(1, string, "Its name."),
  },
  { doc: "A level of priority." },
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
  formerVersions: ["v1beta3"],
  columns: flowSchemaColumns,
});
