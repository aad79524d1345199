import {
  type Infer,
  bool,
  bytes,
  list,
  map,
  opt,
  rawExtension,
  ref,
  string,
  struct,
  typeMeta,
  GroupVersionKind,
  GroupVersionResource,
  Status,
} from "@skates/apimachinery";
import { UserInfo } from "../../authentication/v1/user-info.ts";

export const AdmissionReview = struct("admission.k8s.io/v1.AdmissionReview", {
  ...typeMeta,
  request: opt(
    1,
    ref<AdmissionRequest>(() => AdmissionRequest),
    "",
  ),
  response: opt(
    2,
    ref<AdmissionResponse>(() => AdmissionResponse),
    "",
  ),
});
export interface AdmissionReview extends Infer<typeof AdmissionReview> {}

export const AdmissionResponse = struct("admission.k8s.io/v1.AdmissionResponse", {
  uid: opt(1, string, "", { emitEmpty: true }),
  allowed: opt(2, bool, "", { emitEmpty: true }),
  status: opt(
    3,
    ref<Status>(() => Status),
    "",
  ),
  patch: opt(4, bytes, ""),
  patchType: opt(5, string, "", { keepZero: true, known: ["JSONPatch"] }),
  auditAnnotations: opt(6, map(string), ""),
  warnings: opt(7, list(string), ""),
});
export interface AdmissionResponse extends Infer<typeof AdmissionResponse> {}

export const AdmissionRequest = struct("admission.k8s.io/v1.AdmissionRequest", {
  uid: opt(1, string, "", { emitEmpty: true }),
  kind: opt(
    2,
    ref<GroupVersionKind>(() => GroupVersionKind),
    "",
    { emitEmpty: true },
  ),
  resource: opt(
    3,
    ref<GroupVersionResource>(() => GroupVersionResource),
    "",
    { emitEmpty: true },
  ),
  subResource: opt(4, string, ""),
  requestKind: opt(
    13,
    ref<GroupVersionKind>(() => GroupVersionKind),
    "",
  ),
  requestResource: opt(
    14,
    ref<GroupVersionResource>(() => GroupVersionResource),
    "",
  ),
  requestSubResource: opt(15, string, ""),
  name: opt(5, string, ""),
  namespace: opt(6, string, ""),
  operation: opt(7, string, "", { emitEmpty: true, known: ["CREATE", "UPDATE", "DELETE", "CONNECT"] }),
  userInfo: opt(
    8,
    ref<UserInfo>(() => UserInfo),
    "",
    { emitEmpty: true },
  ),
  object: opt(9, rawExtension, "", { emitEmpty: true }),
  oldObject: opt(10, rawExtension, "", { emitEmpty: true }),
  dryRun: opt(11, bool, "", { keepZero: true }),
  options: opt(12, rawExtension, "", { emitEmpty: true }),
});
export interface AdmissionRequest extends Infer<typeof AdmissionRequest> {}
