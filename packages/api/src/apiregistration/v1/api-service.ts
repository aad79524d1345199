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

export const APIService = struct("apiregistration.k8s.io/v1.APIService", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<APIServiceSpec>(() => APIServiceSpec),
    "",
  ),
  status: opt(
    3,
    ref<APIServiceStatus>(() => APIServiceStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface APIService extends Infer<typeof APIService> {}

export const APIServiceStatus = struct("apiregistration.k8s.io/v1.APIServiceStatus", {
  conditions: opt(
    1,
    list(
      ref<APIServiceCondition>(() => APIServiceCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface APIServiceStatus extends Infer<typeof APIServiceStatus> {}

export const APIServiceCondition = struct("apiregistration.k8s.io/v1.APIServiceCondition", {
  type: req(1, string, "", { known: ["Available"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface APIServiceCondition extends Infer<typeof APIServiceCondition> {}

export const APIServiceSpec = struct("apiregistration.k8s.io/v1.APIServiceSpec", {
  service: opt(
    1,
    ref<ServiceReference>(() => ServiceReference),
    "",
  ),
  group: opt(2, string, ""),
  version: opt(3, string, ""),
  insecureSkipTLSVerify: opt(4, bool, ""),
  caBundle: opt(5, bytes, ""),
  groupPriorityMinimum: req(7, int32, ""),
  versionPriority: req(8, int32, ""),
});
export interface APIServiceSpec extends Infer<typeof APIServiceSpec> {}

export const ServiceReference = struct("apiregistration.k8s.io/v1.ServiceReference", {
  namespace: opt(1, string, ""),
  name: opt(2, string, ""),
  port: opt(3, int32, "", { keepZero: true, default: 443 }),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const apiServices = resource<APIService>({
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  categories: ["api-extensions"],
  namespaced: false,
  schema: APIService,
  storageVersionHash: "InPBPD7+PqM=",
  generationFields: [],
  unconditionalUpdate: false,
  columns: apiServiceColumns,
});
