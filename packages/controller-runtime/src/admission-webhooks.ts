import { AdmissionReview } from "@skates/api/admission/v1";
import {
  type ApiObject,
  type ApiRequest,
  type ApiResponse,
  decodeJson,
  type Handler,
  isRecord,
  jsonText,
  type JsonPatchOperation,
  StatusError,
  statusOf,
} from "@skates/apimachinery";
import { jsonDifference } from "./json-difference.ts";

/** A write that the API server asks about. Objects are as the request's version has them. */
export interface AdmissionQuestion<T extends ApiObject = ApiObject> {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly namespace: string;
  /** Empty where the server will make one. */
  readonly name: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  readonly user: { readonly name: string; readonly groups: readonly string[] };
  /** Absent on DELETE. */
  readonly object: T | undefined;
  /** Absent on CREATE and CONNECT. */
  readonly old: T | undefined;
  /** Nothing outside the object may be changed. */
  readonly dryRun: boolean;
}

/** Yes, with another object where one is given; or no, and why. */
export type AdmissionAnswer<T extends ApiObject = ApiObject> =
  | {
      readonly allowed: true;
      /** To be written in the place of the one that was sent; for mutating webhooks only. */
      readonly object?: T | undefined;
      readonly warnings?: readonly string[] | undefined;
      readonly auditAnnotations?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly allowed: false; readonly message: string; readonly warnings?: readonly string[] | undefined };

export type AdmissionWebhook<T extends ApiObject = ApiObject> = (
  question: AdmissionQuestion<T>,
  signal: AbortSignal,
) => AdmissionAnswer<T> | Promise<AdmissionAnswer<T>>;

const BODY_BYTES_MAX = 8 << 20;

/**
 * Admission webhooks by path, as a handler to be served over TLS (`serveHandler` of `@skates/transport/node`). A StatusError that a
 * webhook throws refuses the write with its text; anything else that it throws is answered with 500, and the configuration's
 * failurePolicy decides.
 */
export function admissionWebhooks(webhooks: Readonly<Record<string, AdmissionWebhook>>): Handler {
  const known = new Map(Object.entries(webhooks));
  return async (request) => {
    const webhook = known.get(request.path);
    if (webhook === undefined) return answer(404, { message: `no webhook is at ${request.path}` });
    if (request.method !== "POST") return answer(405, { message: "reviews are posted" });
    try {
      return await review(webhook, request);
    } catch (error) {
      request.signal.throwIfAborted();
      const status = statusOf(error);
      return answer(status.code, status);
    }
  };
}

async function review(webhook: AdmissionWebhook, { body, signal }: ApiRequest): Promise<ApiResponse> {
  const bytes = body.kind === "bytes" ? await body.read(BODY_BYTES_MAX) : new Uint8Array();
  const { object } = decodeJson<AdmissionReview>(AdmissionReview, bytes);
  const asked = object.request;
  if (asked === undefined) throw new StatusError("BadRequest", "a review without a request");
  const question: AdmissionQuestion = {
    operation: operationOf(asked.operation),
    namespace: asked.namespace ?? "",
    name: asked.name ?? "",
    subresource: asked.subResource ?? "",
    user: { name: asked.userInfo?.username ?? "", groups: asked.userInfo?.groups ?? [] },
    object: objectOf(asked.object),
    old: objectOf(asked.oldObject),
    dryRun: asked.dryRun === true,
  };
  const decided = await decide(webhook, question, signal);
  const { apiVersion, kind } = object;
  return answer(200, { apiVersion, kind, response: { uid: asked.uid, ...responseOf(question, decided) } });
}

async function decide(
  webhook: AdmissionWebhook,
  question: AdmissionQuestion,
  signal: AbortSignal,
): Promise<AdmissionAnswer> {
  try {
    return await webhook(question, signal);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { allowed: false, message: error.message };
  }
}

function responseOf({ object }: AdmissionQuestion, decided: AdmissionAnswer): Readonly<Record<string, unknown>> {
  const { warnings } = decided;
  if (!decided.allowed) {
    return { allowed: false, warnings, status: { message: decided.message, reason: "Forbidden", code: 403 } };
  }
  const { auditAnnotations } = decided;
  const patch = decided.object === undefined ? [] : jsonDifference(object, decided.object);
  return { allowed: true, warnings, auditAnnotations, ...(patch.length === 0 ? {} : patchOf(patch)) };
}

function patchOf(patch: readonly JsonPatchOperation[]): Readonly<Record<string, string>> {
  const bytes = new TextEncoder().encode(jsonText(patch));
  return { patchType: "JSONPatch", patch: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
}

function operationOf(text: string | undefined): AdmissionQuestion["operation"] {
  if (text === "CREATE" || text === "UPDATE" || text === "DELETE" || text === "CONNECT") return text;
  throw new StatusError("BadRequest", `unknown operation ${JSON.stringify(text)}`);
}

function objectOf(value: unknown): ApiObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is ApiObject {
  return isRecord(value) && isRecord(value["metadata"]);
}

function answer(status: number, value: unknown): ApiResponse {
  return {
    status,
    headers: {},
    body: { kind: "bytes", mediaType: "application/json", chunks: [new TextEncoder().encode(jsonText(value))] },
  };
}
