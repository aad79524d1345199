import type { ApiObject, ApiResponse, Body, Encoded, List, ResponseListMeta } from "@skates/apimachinery";
import { isRecord, STATUS_CODES, StatusError } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import type { Decode, ObjectDecode } from "./decode.ts";

/** The object of a response. Refusals are thrown. */
export async function readObject(response: ApiResponse, decode: ObjectDecode, limitBytes: number): Promise<ApiObject> {
  await throwRefusal(response, limitBytes);
  const { body } = response;
  if (body.kind === "object") return body.object.object;
  if (body.kind === "json") return decode.value(body.value);
  if (body.kind === "bytes") return decode.bytes(await collect(body.chunks, limitBytes));
  throw unexpected(response, "an object");
}

/** The list of a response. */
export async function readList(response: ApiResponse, decode: Decode, limitBytes: number): Promise<List<ApiObject>> {
  await throwRefusal(response, limitBytes);
  const { body } = response;
  if (body.kind === "list") return typedList(body.meta, await readPages(body.pages));
  if (body.kind === "json") return decode.list(body.value);
  if (body.kind === "bytes") return decode.listBytes(await collect(body.chunks, limitBytes));
  throw unexpected(response, "a list");
}

async function readPages(pages: AsyncIterable<readonly Encoded[]>): Promise<readonly Encoded[]> {
  const all: Encoded[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** What the server holds anyway is decoded when somebody asks for the items. */
function typedList(meta: ResponseListMeta, all: readonly Encoded[]): List<ApiObject> {
  const decoded = (): readonly ApiObject[] => all.map(({ object }) => object);
  if (!all.every(({ forgetful }) => forgetful === true)) return { ...meta, items: decoded() };
  let items: readonly ApiObject[] | undefined;
  return {
    ...meta,
    sources: all,
    get items() {
      return (items ??= decoded());
    },
  };
}

/** The JSON document of a response, whatever it says. */
export async function readJson(response: ApiResponse, limitBytes: number): Promise<unknown> {
  await throwRefusal(response, limitBytes);
  return bodyValue(response.body, limitBytes);
}

/** Throws what a refusal says; returns for success. Reads the body only of refusals. */
export async function throwRefusal(response: ApiResponse, limitBytes: number): Promise<void> {
  if (response.status < 400) return;
  throw refusal(await bodyValue(response.body, limitBytes), response.status, response.headers["retry-after"]);
}

/** Reads a body to its end without looking at it, so that the connection can be used again. */
export async function drain(response: ApiResponse, limitBytes: number): Promise<void> {
  if (response.body.kind === "bytes") await collect(response.body.chunks, limitBytes);
}

/** All bytes of a body, at most `limitBytes`. */
export async function collect(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  limitBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limitBytes) {
      throw new OperatingError("ResponseTooLarge", `the answer of the API server is larger than ${limitBytes} bytes`);
    }
    parts.push(chunk);
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

async function bodyValue(body: Body, limitBytes: number): Promise<unknown> {
  if (body.kind === "json") return body.value;
  if (body.kind === "object") return body.object.object;
  if (body.kind !== "bytes") return undefined;
  const text = new TextDecoder().decode(await collect(body.chunks, limitBytes));
  try {
    return JSON.parse(text);
  } catch {
    return text; // not JSON: a proxy in between, or plain text such as that of /healthz
  }
}

/** A Status, or what can be told of an answer that is none. */
export function refusal(value: unknown, code: number, retryAfter?: string): StatusError {
  const status = isRecord(value) && value["kind"] === "Status" ? value : {};
  const details = isRecord(status["details"]) ? status["details"] : undefined;
  const retryAfterSeconds = Number(retryAfter);
  const actualCode = typeof status["code"] === "number" ? status["code"] : code;
  const reason = typeof status["reason"] === "string" ? status["reason"] : reasonOf(actualCode);
  const text = typeof value === "string" && value !== "" ? value.slice(0, 1000) : `the server answered ${code}`;
  const message = typeof status["message"] === "string" ? status["message"] : text;
  return new StatusError(reason, message, {
    code: actualCode,
    details:
      details !== undefined || Number.isFinite(retryAfterSeconds)
        ? { ...(Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {}), ...details }
        : undefined,
  });
}

/** The reason for answers that give none; where several share a code, the first of the table. */
function reasonOf(code: number): string {
  for (const [reason, known] of Object.entries(STATUS_CODES)) if (known === code) return reason;
  return code >= 500 ? "InternalError" : "BadRequest";
}

function unexpected(response: ApiResponse, wanted: string): OperatingError {
  return new OperatingError(
    "UnexpectedAnswer",
    `the API server answered ${response.status} with a body of kind ${response.body.kind} instead of ${wanted}`,
  );
}
