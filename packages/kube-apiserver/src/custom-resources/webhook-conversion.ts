import type { CustomResourceDefinition } from "@skates/api/apiextensions/v1";
import {
  type ApiObject,
  applyDefaults,
  decodeValue,
  formatGroupVersion,
  isRecord,
  type JsonRecord,
  jsonText,
  type Resource,
  StatusError,
  validateAnnotations,
  validateLabels,
  formatFieldError,
} from "@skates/apimachinery";
import { messageOf, must, type Random, uuid } from "@skates/component-base";
import type { WebhookCaller } from "../webhooks/webhook-caller.ts";
import { targetOf } from "../webhooks/webhook-target.ts";

export interface ConversionSurroundings {
  readonly webhooks: WebhookCaller;
  /** Makes the ids of questions. */
  readonly random: Random;
}

/** Objects in another version, in their order. Throws a StatusError with code 500 in upstream's words. */
export type Convert = (objects: readonly ApiObject[], to: Resource) => Promise<readonly ApiObject[]>;

/** Nobody waits longer for a webhook, however long its request may take. */
const TIMEOUT_MS = 30_000;
const GROUP = "apiextensions.k8s.io";
/** Versions of the question that we can ask. */
const KNOWN = ["v1", "v1beta1"];

/** Asks a definition's webhook to convert objects. Metadata is taken from the original, but for labels and annotations. */
export function webhookConversion(
  { spec }: CustomResourceDefinition,
  { webhooks, random }: ConversionSurroundings,
): Convert {
  const webhook = spec.conversion?.webhook;
  const reviewVersion = webhook?.conversionReviewVersions.find((version) => KNOWN.includes(version));
  return async (objects, to) => {
    const desired = formatGroupVersion(to);
    const asked = objects.filter(({ apiVersion }) => apiVersion !== desired);
    const [first] = asked;
    if (first === undefined) return objects;
    const review: Review = { uid: uuid(random), desired, version: reviewVersion ?? "", about: aboutOf(first, asked) };
    if (reviewVersion === undefined) throw failure("no supported conversion review versions");
    let answers: readonly unknown[];
    try {
      const json = questionOf(review, asked);
      const target = targetOf(webhook?.clientConfig ?? {});
      answers = answersOf(review, await webhooks.call({ target, json, timeoutMs: TIMEOUT_MS }, NEVER));
    } catch (error) {
      throw failure(`conversion webhook for ${review.about} failed: ${messageOf(error)}`, error);
    }
    if (answers.length !== asked.length) {
      const counts = `returned ${answers.length} objects, expected ${asked.length}`;
      throw failure(`conversion webhook for ${review.about} ${counts}`);
    }
    const converted = asked.map((object, index) => checked(object, answers[index], { review, to, index, of: asked }));
    const done = new Map(asked.map((object, index) => [object, converted[index]]));
    return objects.map((object) => (done.has(object) ? must(done.get(object), "a converted object") : object));
  };
}

/** Requests that go away do not end a conversion that others may be waiting for. */
const NEVER = new AbortController().signal;

interface Review {
  readonly uid: string;
  readonly desired: string;
  /** Of the question. */
  readonly version: string;
  /** The kind, for messages. */
  readonly about: string;
}

/** Upstream prints kinds so. */
function aboutOf({ apiVersion, kind }: ApiObject, asked: readonly ApiObject[]): string {
  return `${apiVersion}, Kind=${kind}${asked.length > 1 ? "List" : ""}`;
}

function questionOf({ uid, desired, version }: Review, objects: readonly ApiObject[]): string {
  return jsonText({
    kind: "ConversionReview",
    apiVersion: `${GROUP}/${version}`,
    request: { uid, desiredAPIVersion: desired, objects },
  });
}

/** Throws an Error that says what is wrong with an answer. */
function answersOf({ uid, version }: Review, answer: unknown): readonly unknown[] {
  const review = isRecord(answer) ? answer : {};
  const got = `${textOf(review["apiVersion"])}, Kind=${textOf(review["kind"])}`;
  const wanted = `${GROUP}/${version}, Kind=ConversionReview`;
  // Upstream does not look at these in answers of the older version.
  const strict = version === "v1";
  if (strict && got !== wanted) throw new Error(`expected webhook response of ${wanted}, got ${got}`);
  const response = review["response"];
  if (!isRecord(response)) throw new Error("no response provided");
  const answered = textOf(response["uid"]);
  if (strict && answered !== uid) throw new Error(`expected response.uid="${uid}", got ${JSON.stringify(answered)}`);
  const result = isRecord(response["result"]) ? response["result"] : {};
  const status = textOf(result["status"]);
  if (status !== "Success") {
    const message = textOf(result["message"]);
    throw new Error(message === "" ? `response.result.status was '${status}', not 'Success'` : message);
  }
  const objects = response["convertedObjects"];
  return Array.isArray(objects) ? objects : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

interface Place {
  readonly review: Review;
  readonly to: Resource;
  readonly index: number;
  readonly of: readonly ApiObject[];
}

/** An answer as an object of the wanted version, with what a webhook may not change as it was. */
function checked(original: ApiObject, answer: unknown, { review, to, index, of }: Place): ApiObject {
  const many = of.length > 1;
  const say = (what: string, text: string): StatusError =>
    failure(
      `conversion webhook for ${review.about} returned invalid ${what}${many ? ` at index ${index}` : ""}: ${text}`,
    );
  const about = many ? "converted object" : "object";
  if (!isRecord(answer)) throw say(about, `it is no object but ${jsonText(answer ?? null)}`);
  const version = textOf(answer["apiVersion"]);
  const at = many ? "" : " at index 0";
  if (version !== review.desired) {
    throw say(`${about}${at}`, `invalid groupVersion (expected ${review.desired}, received ${version})`);
  }
  const kind = textOf(answer["kind"]);
  if (kind !== original.kind) throw say(`${about}${at}`, `invalid kind (expected ${original.kind}, received ${kind})`);
  const difference = changedIdentity(original, answer);
  if (difference !== undefined) throw say(about, difference);
  const restored = restoredMeta(original, answer);
  if (typeof restored === "string") throw say(many ? "metadata in object" : "metadata", restored);
  try {
    const { object } = decodeValue<ApiObject>(to.schema, { ...answer, metadata: restored });
    return applyDefaults(to.schema, object);
  } catch (error) {
    throw say(about, messageOf(error));
  }
}

function changedIdentity(original: ApiObject, answer: JsonRecord): string | undefined {
  const next = isRecord(answer["metadata"]) ? answer["metadata"] : {};
  const names = { name: "name", namespace: "namespace", uid: "UID" } as const;
  for (const field of ["name", "namespace", "uid"] as const) {
    const [was, is] = [original.metadata[field] ?? "", textOf(next[field])];
    if (was !== is) return `must have the same ${names[field]}: ${was} != ${is}`;
  }
  return undefined;
}

/** The metadata of the original with the answer's labels and annotations; a text says what is wrong with those. */
function restoredMeta(original: ApiObject, answer: JsonRecord): object | string {
  const metadata = answer["metadata"];
  if (metadata === undefined) return "missing metadata in converted object";
  if (!isRecord(metadata)) return `invalid metadata of type ${goType(metadata)} in converted object`;
  const { labels: _labels, annotations: _annotations, ...kept } = original.metadata;
  const out: Record<string, unknown> = { ...kept };
  for (const field of ["labels", "annotations"] as const) {
    const given = metadata[field];
    if (given === undefined || given === null) continue;
    if (!isRecord(given)) return `invalid metadata.${field} of type ${goType(given)} in converted object`;
    const texts: Record<string, string> = {};
    for (const [key, value] of Object.entries(given)) {
      if (typeof value !== "string") {
        return `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`;
      }
      texts[key] = value;
    }
    const errors =
      field === "labels"
        ? validateLabels(texts, ["metadata", "labels"])
        : validateAnnotations(texts, ["metadata", "annotation"]);
    if (errors.length > 0) return errors.map(formatFieldError).join(", ");
    out[field] = texts;
  }
  return out;
}

function goType(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}

/** Upstream answers so: a plain error, code 500 without a reason. */
function failure(message: string, cause?: unknown): StatusError {
  return new StatusError("", message, { code: 500, cause });
}
