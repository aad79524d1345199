import {
  type ApiObject,
  type ApiResponse,
  type Encoded,
  isRecord,
  type Resource,
  statusOf,
} from "@skates/apimachinery";
import { looseObject } from "./watch-cache/cached-object.ts";

const NO_HEADERS: Readonly<Record<string, string>> = {};

/** An object as an answer. */
export function objectResponse(status: number, resource: Resource, object: Encoded): ApiResponse {
  return { status, headers: NO_HEADERS, body: { kind: "object", resource, object } };
}

/** An object that is not stored as an answer: a review, a token. */
export function looseResponse(status: number, resource: Resource, object: ApiObject): ApiResponse {
  return objectResponse(status, resource, looseObject(resource, object));
}

/** A list of objects that are not stored as an answer. */
export function looseListResponse(resource: Resource, objects: readonly ApiObject[]): ApiResponse {
  const pages = onePage(objects.map((object) => looseObject(resource, object)));
  return { status: 200, headers: NO_HEADERS, body: { kind: "list", resource, meta: { resourceVersion: "" }, pages } };
}

async function* onePage(page: readonly Encoded[]): AsyncGenerator<readonly Encoded[]> {
  yield page;
}

/** A JSON document as an answer. */
export function jsonResponse(status: number, value: unknown, headers = NO_HEADERS): ApiResponse {
  return { status, headers, body: { kind: "json", value } };
}

export function textResponse(status: number, text: string, mediaType = "text/plain; charset=utf-8"): ApiResponse {
  const bytes = new TextEncoder().encode(text);
  const headers = { "x-content-type-options": "nosniff" };
  return { status, headers, body: { kind: "bytes", mediaType, chunks: [bytes] } };
}

/** The answer for paths that nobody serves: a text, not a Status. */
export function pageNotFound(): ApiResponse {
  return textResponse(404, "404 page not found\n");
}

/** What was thrown, as the answer that a client gets. */
export function errorResponse(error: unknown): ApiResponse {
  const status = statusOf(error);
  const details: unknown = status.details;
  const seconds = isRecord(details) ? details["retryAfterSeconds"] : undefined;
  const headers = typeof seconds === "number" && seconds > 0 ? { "retry-after": String(seconds) } : NO_HEADERS;
  return jsonResponse(status.code, status, headers);
}
