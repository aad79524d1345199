import { AdmissionReview } from "@skates/api/admission/v1";
import { decodeValue, formatGroupVersion, isRecord, jsonText, type Resource } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import { namespaceNameOf } from "../matching/request-labels.ts";
import { bodyKindOf, type VersionedObjects } from "../matching/versioned-object.ts";

const GROUP = "admission.k8s.io";

/** What a webhook is asked. */
export interface Question {
  readonly uid: string;
  readonly version: "v1" | "v1beta1";
  /** In the version that the webhook wants to see. */
  readonly resource: Resource;
  readonly attributes: AdmissionAttributes;
  readonly objects: VersionedObjects;
}

/** The question as JSON text. Objects are in the webhook's version, the request as it was made. */
export function reviewText({ uid, version, resource, attributes, objects }: Question): string {
  const head = { kind: "AdmissionReview", apiVersion: `${GROUP}/${version}` };
  const request = jsonText({ uid, ...requestOf(attributes, resource) });
  const object = objects.in(resource, attributes.object)?.text() ?? "null";
  const oldObject = objects.in(resource, attributes.old)?.text() ?? "null";
  const { dryRun } = attributes;
  const options = attributes.operation === "CONNECT" ? "null" : jsonText(optionsOf(attributes));
  // Texts are put together, so that objects are encoded by their schemas and once for all webhooks.
  const rest = `"object":${object},"oldObject":${oldObject},"dryRun":${dryRun},"options":${options}`;
  return `${jsonText(head).slice(0, -1)},"request":${request.slice(0, -1)},${rest}}}`;
}

/** All but the objects; the variable `request` of expressions has the same fields. */
export function requestOf(attributes: AdmissionAttributes, resource: Resource) {
  const { operation, requested, subresource, name, user } = attributes;
  const namespace = namespaceNameOf(attributes);
  const sub = subresource === "" ? undefined : subresource;
  return {
    kind: kindOf(attributes, resource),
    resource: resourceOf(resource),
    ...(sub === undefined ? {} : { subResource: sub }),
    requestKind: kindOf(attributes, requested),
    requestResource: resourceOf(requested),
    ...(sub === undefined ? {} : { requestSubResource: sub }),
    ...(name === "" ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: {
      ...(user.name === "" ? {} : { username: user.name }),
      ...((user.uid ?? "") === "" ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(Object.keys(user.extra ?? {}).length === 0 ? {} : { extra: user.extra }),
    },
  };
}

function kindOf(attributes: AdmissionAttributes, resource: Resource) {
  const { group, version, kind } = bodyKindOf(attributes, resource);
  return { group, version, kind };
}

function resourceOf({ group, version, plural }: Resource) {
  return { group, version, resource: plural };
}

/** A patch is a create or an update by the time it gets here, and so are its options. */
export function optionsOf({ operation, options }: AdmissionAttributes): Readonly<Record<string, unknown>> {
  if (operation === "DELETE") return { ...options, kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1" };
  const { force: _, ...rest } = options;
  const kind = operation === "CREATE" ? "CreateOptions" : "UpdateOptions";
  return { ...rest, kind, apiVersion: "meta.k8s.io/v1" };
}

/** What a webhook answers, checked. */
export interface Answer {
  readonly allowed: boolean;
  readonly status: AnswerStatus | undefined;
  /** JSON, base64; undefined: no change. */
  readonly patch: string | undefined;
  readonly patchType: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

export type AnswerStatus = NonNullable<NonNullable<AdmissionReview["response"]>["status"]>;

/** Reads an answer. Throws an Error in upstream's words, after `received invalid webhook response: `. */
export function readAnswer(value: unknown, question: Question, mutating: boolean): Answer {
  const review = decodeValue<AdmissionReview>(AdmissionReview, isRecord(value) ? value : {}).object;
  const { response } = review;
  if (response === undefined) throw new Error("webhook response was absent");
  if (question.version === "v1") checkEcho(value, response.uid ?? "", question);
  const patch = (response.patch ?? "") === "" ? undefined : response.patch;
  if (question.version === "v1") checkPatch(patch, response.patchType, mutating);
  return {
    allowed: response.allowed ?? false,
    status: response.status,
    patch: mutating ? patch : undefined,
    patchType: question.version === "v1" ? (response.patchType ?? "") : "JSONPatch",
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations ?? {},
  };
}

function checkEcho(value: unknown, uid: string, question: Question): void {
  if (uid !== question.uid) {
    throw new Error(`expected response.uid=${JSON.stringify(question.uid)}, got ${JSON.stringify(uid)}`);
  }
  const textIn = (name: string): string => {
    const text = isRecord(value) ? value[name] : undefined;
    return typeof text === "string" ? text : "";
  };
  const got = textIn("apiVersion");
  const wanted = formatGroupVersion({ group: GROUP, version: question.version });
  if (got === wanted && textIn("kind") === "AdmissionReview") return;
  const shown = got.includes("/") ? got : `/${got}`;
  throw new Error(`expected webhook response of ${wanted}, Kind=AdmissionReview, got ${shown}, Kind=${textIn("kind")}`);
}

function checkPatch(patch: string | undefined, patchType: string | undefined, mutating: boolean): void {
  if (!mutating) {
    if (patch !== undefined) throw new Error("validating webhook may not return response.patch");
    if (patchType !== undefined) throw new Error("validating webhook may not return response.patchType");
    return;
  }
  if (patch !== undefined && patchType === undefined) {
    throw new Error("webhook returned response.patch but not response.patchType");
  }
  if (patch === undefined && patchType !== undefined) {
    throw new Error("webhook returned response.patchType but not response.patch");
  }
  if (patchType === "") throw new Error('webhook returned invalid response.patchType of ""');
}
