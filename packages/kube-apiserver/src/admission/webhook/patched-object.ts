import {
  type ApiObject,
  formatGroupVersion,
  isRecord,
  type JsonPatchOperation,
  parseJson,
  parseJsonPatch,
} from "@skates/apimachinery";
import { changedObject, patchedValue, patchFailure } from "../matching/changed-object.ts";
import { bodyKindOf } from "../matching/versioned-object.ts";
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
    const value = patchedValue(before, operations);
    checkKind(value, invocation);
    return { object: changedObject(value, attributes, resource), operations };
  } catch (error) {
    throw internal(patchFailure(error), error);
  }
}

function operationsOf(base64: string, webhook: string): readonly JsonPatchOperation[] {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return parseJsonPatch(parseJson(bytes).value);
  } catch (error) {
    const reason = `received undecodable patch in webhook response: ${patchFailure(error)}`;
    throw new WebhookFault(webhook, reason, { code: 503, cause: error });
  }
}

function checkKind(value: unknown, { resource, attributes }: Invocation): void {
  const { kind, ...version } = bodyKindOf(attributes, resource);
  const apiVersion = formatGroupVersion(version);
  if (isRecord(value) && value["kind"] === kind && value["apiVersion"] === apiVersion) return;
  throw new Error(`the patch does not leave a ${kind} of ${apiVersion}`);
}
