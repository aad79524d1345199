import {
  type ApiObject,
  applyDefaults,
  decodeValue,
  formatGroupVersion,
  isRecord,
  jsonPatch,
  type JsonPatchOperation,
  parseJson,
  parseJsonPatch,
} from "@skates/apimachinery";
import { type AdmissionAttributes, toHub } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { isForeign } from "../matching/versioned-object.ts";
import { internal, type Invocation, WebhookFault } from "./call-webhook.ts";
import type { Answer } from "./admission-review.ts";

/** What a webhook's patch did. */
export interface Patched {
  readonly object: ApiObject;
  /** As it came, for the audit log. */
  readonly operations: readonly JsonPatchOperation[];
}

/** The object that an answer makes, in the hub version. Undefined: it changes nothing. Throws what refuses the request. */
export function patchedObject(answer: Answer, invocation: Invocation): Patched | undefined {
  const { webhook, resource, attributes, objects } = invocation;
  if (answer.patch === undefined) return undefined;
  const operations = operationsOf(answer.patch, webhook.name);
  if (operations.length === 0) return undefined;
  const before = objects.in(resource, attributes.object);
  if (before === undefined) {
    const name = JSON.stringify(webhook.name);
    throw internal(
      `admission webhook ${name} attempted to modify the object, which is not supported for this operation`,
    );
  }
  if (answer.patchType !== "JSONPatch") {
    const reason = `unsupported patch type ${JSON.stringify(answer.patchType)}`;
    throw new WebhookFault(webhook.name, reason, { code: 400 });
  }
  try {
    const value = jsonPatch(parseJson(new TextEncoder().encode(before.text())).value, operations);
    return { object: readPatched(value, invocation), operations };
  } catch (error) {
    throw internal(reasonOf(error), error);
  }
}

function operationsOf(base64: string, webhook: string): readonly JsonPatchOperation[] {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return parseJsonPatch(parseJson(bytes).value);
  } catch (error) {
    const reason = `received undecodable patch in webhook response: ${reasonOf(error)}`;
    throw new WebhookFault(webhook, reason, { code: 503, cause: error });
  }
}

/** Patches that do not fit are refused to clients without a word about why; here the reason is told. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
}

function readPatched(value: unknown, { resource, attributes }: Invocation): ApiObject {
  const { kind, group, version } = isForeign(attributes) ? attributes.kind : resource;
  const apiVersion = formatGroupVersion({ group, version });
  if (!isRecord(value) || value["kind"] !== kind || value["apiVersion"] !== apiVersion) {
    throw new Error(`the patch does not leave a ${kind} of ${apiVersion}`);
  }
  const struct = isForeign(attributes) ? attributes.kind.struct : resource.schema;
  if (struct === undefined) throw new Error(`a ${kind} cannot be changed by admission`);
  const { object } = decodeValue<ApiObject>(struct, value);
  const complete = applyDefaults<ApiObject>(struct, { ...object, kind, apiVersion });
  return isForeign(attributes) ? withMetadata(complete, attributes) : toHub(resource, complete);
}

/** Options of streams have no metadata on the wire. */
function withMetadata(object: ApiObject, { object: before }: AdmissionAttributes): ApiObject {
  return isRecord(object.metadata) || before === undefined ? object : { ...object, metadata: before.metadata };
}
