/** The closed table of refusals: reason, HTTP code. */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 500,
} as const;
export type StatusReason = keyof typeof STATUS_CODES;

export interface StatusCause {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly field?: string | undefined;
}
export interface StatusDetails {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly uid?: string | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The wire form of a refusal or of a plain success. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: "Success" | "Failure";
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
  readonly details?: StatusDetails | undefined;
  readonly code: number;
}

/** A refusal that goes to a client. Match with `isStatus`, never on the message. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  /** Usually one of StatusReason; servers of others may send further reasons or none. */
  readonly reason: string;
  readonly code: number;
  readonly details: StatusDetails | undefined;
  /** List metadata of the Status: the token with which an expired list can go on. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  constructor(
    reason: StatusReason | (string & {}),
    message: string,
    options: {
      readonly code?: number;
      readonly details?: StatusDetails | undefined;
      readonly metadata?: Readonly<Record<string, unknown>> | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.code = options.code ?? codeOf(reason);
    this.details = options.details;
    this.metadata = options.metadata;
  }

  toStatus(): Status {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.metadata ?? {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

function codeOf(reason: string): number {
  return Object.hasOwn(STATUS_CODES, reason) ? STATUS_CODES[reason as StatusReason] : 500;
}

/** True for a refusal with this reason. */
export function isStatus(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}

/** `pods`, `deployments.apps`: how messages name a resource. */
export interface QualifiedResource {
  readonly group: string;
  readonly plural: string;
}
function qualified(resource: QualifiedResource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}
function about(resource: QualifiedResource, name: string): StatusDetails {
  return {
    name,
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

/** `pods "x" not found`. */
export function notFound(resource: QualifiedResource, name: string): StatusError {
  return new StatusError("NotFound", `${qualified(resource)} ${JSON.stringify(name)} not found`, {
    details: about(resource, name),
  });
}
export function alreadyExists(resource: QualifiedResource, name: string): StatusError {
  return new StatusError("AlreadyExists", `${qualified(resource)} ${JSON.stringify(name)} already exists`, {
    details: about(resource, name),
  });
}
/** `cause` defaults to upstream's text on a changed resourceVersion. */
export function conflict(
  resource: QualifiedResource,
  name: string,
  cause = "the object has been modified; please apply your changes to the latest version and try again",
): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} ${JSON.stringify(name)}: ${cause}`;
  return new StatusError("Conflict", message, { details: about(resource, name) });
}
export function forbiddenRequest(resource: QualifiedResource, name: string, cause: string): StatusError {
  const message =
    name === ""
      ? `${qualified(resource)} is forbidden: ${cause}`
      : `${qualified(resource)} ${JSON.stringify(name)} is forbidden: ${cause}`;
  return new StatusError("Forbidden", message, { details: about(resource, name) });
}
export function badRequest(message: string, cause?: unknown): StatusError {
  return new StatusError("BadRequest", message, { cause });
}
export function notImplemented(message: string): StatusError {
  return new StatusError("NotImplemented", message);
}
