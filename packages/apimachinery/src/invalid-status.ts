import { type FieldError, type FieldErrorReason, formatFieldErrorBody, formatPath } from "./schema/field-error.ts";
import { badRequest, type Status, type StatusCause, StatusError } from "./status.ts";
import { goQuote } from "./text/go-quote.ts";
import { joinedErrors } from "./text/joined-errors.ts";

const CAUSES: Readonly<Record<FieldErrorReason, string>> = {
  Required: "FieldValueRequired",
  Invalid: "FieldValueInvalid",
  NotSupported: "FieldValueNotSupported",
  Duplicate: "FieldValueDuplicate",
  Forbidden: "FieldValueForbidden",
  TooLong: "FieldValueTooLong",
  TooShort: "FieldValueTooShort",
  TooMany: "FieldValueTooMany",
  TooFew: "FieldValueTooFew",
  NotFound: "FieldValueNotFound",
  TypeInvalid: "FieldValueTypeInvalid",
  Internal: "InternalError",
};

/** A kind with its group; the group is empty for core. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/**
 * The refusal for findings of validation: `Pod "web" is invalid: spec.containers: Required value`, with one cause per finding.
 * A plain text instead of the kind stands for a kind of the core group.
 */
export function invalidStatus(kind: GroupKind | string, name: string, errors: readonly FieldError[]): StatusError {
  const { group, kind: plain } = typeof kind === "string" ? { group: "", kind } : kind;
  const causes: readonly StatusCause[] = errors.map((error) => ({
    reason: CAUSES[error.reason],
    message: formatFieldErrorBody(error),
    field: formatPath(error.path),
  }));
  const all = joinedErrors(causes.map((cause) => `${cause.field}: ${cause.message}`));
  const subject = `${group === "" ? plain : `${plain}.${group}`} ${goQuote(name)} is invalid`;
  return new StatusError("Invalid", causes.length === 0 ? subject : `${subject}: ${all}`, {
    details: { name, ...(group === "" ? {} : { group }), kind: plain, causes },
  });
}

/** What was thrown, as a refusal for a client: bugs and operating failures become `InternalError`. */
export function statusOf(thrown: unknown): Status {
  if (thrown instanceof StatusError) return thrown.toStatus();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new StatusError("InternalError", `Internal error occurred: ${message}`, {
    details: { causes: [{ message }] },
  }).toStatus();
}

/** The refusal of a strict request: `strict decoding error: unknown field "spec.foo"`. */
export function strictDecodingError(kind: GroupKind, version: string, errors: readonly string[]): StatusError {
  const message = `strict decoding error: ${errors.join(", ")}`;
  return badRequest(
    `${kind.kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}: ${message}`,
  );
}
