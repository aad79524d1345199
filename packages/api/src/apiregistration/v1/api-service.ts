import {
  type Infer,
  bool,
  bytes,
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
import { apiServiceColumns } from "./api-service-table.ts";
import { apiServiceStrategy } from "./api-service-strategy.ts";

export const APIService = struct(
  "apiregistration.k8s.io/v1.APIService",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<APIServiceSpec>(() => APIServiceSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<APIServiceStatus>(() => APIServiceStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A version of an API group, and who serves it." },
);
export interface APIService extends Infer<typeof APIService> {}

export const APIServiceStatus = struct(
  "apiregistration.k8s.io/v1.APIServiceStatus",
  {
    conditions: opt(
      1,
      list(
        ref<APIServiceCondition>(() => APIServiceCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a served API." },
);
export interface APIServiceStatus extends Infer<typeof APIServiceStatus> {}

export const APIServiceCondition = struct(
  "apiregistration.k8s.io/v1.APIServiceCondition",
  {
    type: req(1, string, "What it is about; only Available is in use.", { known: ["Available"] }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a served API." },
);
export interface APIServiceCondition extends Infer<typeof APIServiceCondition> {}

export const APIServiceSpec = struct(
  "apiregistration.k8s.io/v1.APIServiceSpec",
  {
    service: opt(
      1,
      ref<ServiceReference>(() => ServiceReference),
      "Service that answers; this server itself when absent.",
    ),
    group: opt(2, string, "API group."),
    version: opt(3, string, "Version of the group."),
    insecureSkipTLSVerify: opt(4, bool, "Does not check the service's certificate."),
    caBundle: opt(5, bytes, "Authorities that may have signed it, in PEM."),
    groupPriorityMinimum: req(7, int32, "Order of groups in discovery; higher first."),
    versionPriority: req(8, int32, "Order of versions within the group; higher first."),
  },
  { doc: "What is served, and by whom." },
);
export interface APIServiceSpec extends Infer<typeof APIServiceSpec> {}

export const ServiceReference = struct(
  "apiregistration.k8s.io/v1.ServiceReference",
  {
    namespace: opt(1, string, "Its namespace."),
    name: opt(2, string, "Its name."),
    port: opt(3, int32, "Its port.", { keepZero: true, default: 443 }),
  },
  { doc: "A service." },
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const apiServices = resource<APIService>({
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  categories: ["api-extensions"],
  namespaced: false,
  schema: APIService,
  nameFormat: "pathSegmentName",
  storageVersionHash: "InPBPD7+PqM=",
  generationFields: [],
  unconditionalUpdate: false,
  columns: apiServiceColumns,
  strategy: apiServiceStrategy,
});
