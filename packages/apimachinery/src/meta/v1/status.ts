import { type Infer, opt, struct } from "../../schema/struct.ts";
import { int32, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ListMeta } from "./list-meta.ts";

export const Status = struct("meta/v1.Status", {
  ...typeMeta,
  metadata: opt(
    1,
    ref<ListMeta>(() => ListMeta),
    "",
    { emitEmpty: true },
  ),
  status: opt(2, string, ""),
  message: opt(3, string, ""),
  reason: opt(4, string, "", {
    known: [
      "",
      "Unauthorized",
      "Forbidden",
      "NotFound",
      "AlreadyExists",
      "Conflict",
      "Gone",
      "Invalid",
      "ServerTimeout",
      "StorageReadError",
      "Timeout",
      "TooManyRequests",
      "BadRequest",
      "MethodNotAllowed",
      "NotAcceptable",
      "RequestEntityTooLarge",
      "UnsupportedMediaType",
      "InternalError",
      "Expired",
      "ServiceUnavailable",
    ],
  }),
  details: opt(
    5,
    ref<StatusDetails>(() => StatusDetails),
    "",
  ),
  code: opt(6, int32, ""),
});
export interface Status extends Infer<typeof Status> {}

export const StatusDetails = struct("meta/v1.StatusDetails", {
  name: opt(1, string, ""),
  group: opt(2, string, ""),
  kind: opt(3, string, ""),
  uid: opt(6, string, ""),
  causes: opt(4, list(ref<StatusCause>(() => StatusCause)), ""),
  retryAfterSeconds: opt(5, int32, ""),
});
export interface StatusDetails extends Infer<typeof StatusDetails> {}

export const StatusCause = struct("meta/v1.StatusCause", {
  reason: opt(1, string, "", {
    known: [
      "FieldValueNotFound",
      "FieldValueRequired",
      "FieldValueDuplicate",
      "FieldValueInvalid",
      "FieldValueNotSupported",
      "FieldValueForbidden",
      "FieldValueTooLong",
      "FieldValueTooMany",
      "InternalError",
      "FieldValueTypeInvalid",
      "UnexpectedServerResponse",
      "FieldManagerConflict",
      "ResourceVersionTooLarge",
    ],
  }),
  message: opt(2, string, ""),
  field: opt(3, string, ""),
});
export interface StatusCause extends Infer<typeof StatusCause> {}
