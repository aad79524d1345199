import { type Infer, opt, struct } from "../../schema/struct.ts";
import { int32, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ListMeta } from "./list-meta.ts";

export const Status = struct(
  "meta/v1.Status",
  {
    ...typeMeta,
    metadata: opt(
      1,
      ref<ListMeta>(() => ListMeta),
      "Metadata of lists, always empty here.",
      { emitEmpty: true },
    ),
    status: opt(2, string, "Success or Failure."),
    message: opt(3, string, "What happened, for people."),
    reason: opt(4, string, "Why the operation failed, in one word for programs.", {
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
      "What the reason is about.",
    ),
    code: opt(6, int32, "The HTTP status code."),
  },
  { doc: "The outcome of a call that returns no object." },
);
export interface Status extends Infer<typeof Status> {}

export const StatusDetails = struct(
  "meta/v1.StatusDetails",
  {
    name: opt(1, string, "Name of the object or resource concerned."),
    group: opt(2, string, "Group of the resource concerned."),
    kind: opt(3, string, "Kind or resource concerned."),
    uid: opt(6, string, "Identity of the object concerned."),
    causes: opt(4, list(ref<StatusCause>(() => StatusCause)), "Each single cause of the failure."),
    retryAfterSeconds: opt(5, int32, "Seconds to wait before trying again."),
  },
  { doc: "What a failure is about." },
);
export interface StatusDetails extends Infer<typeof StatusDetails> {}

export const StatusCause = struct(
  "meta/v1.StatusCause",
  {
    reason: opt(1, string, "The cause, in one word for programs.", {
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
    message: opt(2, string, "The cause, for people."),
    field: opt(3, string, "Path of the field that caused it, as the client wrote it."),
  },
  { doc: "A single cause of a failure." },
);
export interface StatusCause extends Infer<typeof StatusCause> {}
