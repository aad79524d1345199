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

export const AdmissionReview = struct(
  "admission.k8s.io/v1.AdmissionReview",
  {
    ...typeMeta,
    request: opt(
      1,
      ref<AdmissionRequest>(() => AdmissionRequest),
      "The question.",
    ),
    response: opt(
      2,
      ref<AdmissionResponse>(() => AdmissionResponse),
      "The answer.",
    ),
  },
  { doc: "A question to a webhook, and its answer." },
);
export interface AdmissionReview extends Infer<typeof AdmissionReview> {}

export const AdmissionResponse = struct(
  "admission.k8s.io/v1.AdmissionResponse",
  {
    uid: opt(1, string, "Uid of the question.", { emitEmpty: true }),
    allowed: opt(2, bool, "Whether the request may go on.", { emitEmpty: true }),
    status: opt(
      3,
      ref<Status>(() => Status),
      "Why not.",
    ),
    patch: opt(4, bytes, "Change of the object."),
    patchType: opt(5, string, "Form of the change; JSONPatch.", { keepZero: true, known: ["JSONPatch"] }),
    auditAnnotations: opt(6, map(string), "What is noted in the audit log."),
    warnings: opt(7, list(string), "Warnings for the client."),
  },
  { doc: "Answer of a webhook." },
);
export interface AdmissionResponse extends Infer<typeof AdmissionResponse> {}

export const AdmissionRequest = struct(
  "admission.k8s.io/v1.AdmissionRequest",
  {
    uid: opt(1, string, "Id of this question.", { emitEmpty: true }),
    kind: opt(
      2,
      ref<GroupVersionKind>(() => GroupVersionKind),
      "Kind of the object.",
      { emitEmpty: true },
    ),
    resource: opt(
      3,
      ref<GroupVersionResource>(() => GroupVersionResource),
      "Resource of the object.",
      { emitEmpty: true },
    ),
    subResource: opt(4, string, "Subresource of the request."),
    requestKind: opt(
      13,
      ref<GroupVersionKind>(() => GroupVersionKind),
      "Kind that the client used.",
    ),
    requestResource: opt(
      14,
      ref<GroupVersionResource>(() => GroupVersionResource),
      "Resource that the client used.",
    ),
    requestSubResource: opt(15, string, "Subresource that the client used."),
    name: opt(5, string, "Name of the object."),
    namespace: opt(6, string, "Namespace of the object."),
    operation: opt(7, string, "CREATE, UPDATE, DELETE or CONNECT.", {
      emitEmpty: true,
      known: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
    }),
    userInfo: opt(
      8,
      ref<UserInfo>(() => UserInfo),
      "Who asks.",
      { emitEmpty: true },
    ),
    object: opt(9, rawExtension, "The object as it would be.", { emitEmpty: true }),
    oldObject: opt(10, rawExtension, "The object as it was.", { emitEmpty: true }),
    dryRun: opt(11, bool, "Whether nothing will be stored.", { keepZero: true }),
    options: opt(12, rawExtension, "Options of the request.", { emitEmpty: true }),
  },
  { doc: "Question to a webhook." },
);
export interface AdmissionRequest extends Infer<typeof AdmissionRequest> {}
