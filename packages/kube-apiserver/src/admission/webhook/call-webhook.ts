import { badRequest, type Resource, StatusError } from "@skates/apimachinery";
import type { AdmissionAttributes, Authorizer } from "@skates/apiserver";
import { type Clock, messageOf, type Random, uuid } from "@skates/component-base";
import { isWebhookFailure, type WebhookCaller } from "../../webhooks/webhook-caller.ts";
import type { VersionedObjects } from "../matching/versioned-object.ts";
import { type Answer, type Question, readAnswer, reviewText } from "./admission-review.ts";
import { denial } from "./denial.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";
import type { CompiledWebhook } from "./webhook-source.ts";

/** What calls of webhooks need. */
export interface WebhookSurroundings {
  readonly caller: WebhookCaller;
  /** For match conditions. */
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** For the uids of questions. */
  readonly uids: Random;
  readonly metrics: WebhookMetrics;
}

/** One webhook that is asked about one request. */
export interface Invocation {
  readonly webhook: CompiledWebhook;
  /** In the version that the webhook wants to see. */
  readonly resource: Resource;
  readonly attributes: AdmissionAttributes;
  readonly objects: VersionedObjects;
  readonly mutating: boolean;
}

/** The webhook is to blame, and its failure policy decides. The message is upstream's, `code` goes into metrics. */
export class WebhookFault extends Error {
  override readonly name = "WebhookFault";
  readonly code: number;
  constructor(webhook: string, reason: string, options: { readonly code: number; readonly cause?: unknown }) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${reason}`, { cause: options.cause });
    this.code = options.code;
  }
}

/**
 * Asks a webhook, and lets `use` make something of its answer. Where it fails and its failures are ignored, gives undefined after
 * `onIgnored`. Throws the refusal, or the request's end. What is counted is counted here.
 */
export async function callWebhook<T>(
  surroundings: WebhookSurroundings,
  invocation: Invocation,
  options: {
    readonly use: (answer: Answer) => T;
    readonly onIgnored: () => void;
    readonly signal: AbortSignal;
  },
): Promise<T | undefined> {
  const { clock, metrics } = surroundings;
  const { webhook, attributes } = invocation;
  const { signal } = options;
  const startedMs = clock.monotonicMs();
  const end = (rejected: boolean, code: number) => {
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    const ended = { name: webhook.name, operation: attributes.operation, seconds, rejected, code };
    metrics.ended(ended);
    return ended;
  };
  try {
    const used = options.use(await ask(surroundings, invocation, signal));
    end(false, 200);
    return used;
  } catch (error) {
    if (error instanceof WebhookFault) {
      const ended = end(!webhook.failOpen, error.code);
      if (!webhook.failOpen) {
        metrics.rejected(ended, "calling_webhook_error");
        throw internal(error.message, error);
      }
      metrics.failedOpen(webhook.name);
      options.onIgnored();
      return undefined;
    }
    if (signal.aborted) throw error;
    if (error instanceof Denied) {
      metrics.rejected(end(true, error.status.code), "no_error");
      throw error.status;
    }
    metrics.rejected(end(true, 0), "apiserver_internal_error");
    throw error instanceof StatusError ? error : internal(messageOf(error), error);
  }
}

/** The webhook has said no. */
class Denied extends Error {
  readonly status: StatusError;
  constructor(status: StatusError) {
    super(status.message);
    this.status = status;
  }
}

async function ask(surroundings: WebhookSurroundings, invocation: Invocation, signal: AbortSignal): Promise<Answer> {
  const { webhook, attributes } = invocation;
  const { name, reviewVersion } = webhook;
  if (attributes.dryRun && webhook.sideEffects !== "None" && webhook.sideEffects !== "NoneOnDryRun") {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  }
  if (reviewVersion === undefined) {
    const reason = "webhook does not accept known AdmissionReview versions (v1, v1beta1)";
    throw new WebhookFault(name, `could not create admission objects: ${reason}`, { code: 400 });
  }
  const question: Question = { ...invocation, uid: uuid(surroundings.uids), version: reviewVersion };
  const value = await answerOf(surroundings, { webhook, question }, signal);
  const answer = readChecked(value, question, invocation);
  for (const [key, text] of Object.entries(answer.auditAnnotations)) attributes.annotate(`${name}/${key}`, text);
  for (const text of answer.warnings) attributes.warn(text);
  if (!answer.allowed) throw new Denied(denial(name, answer.status));
  return answer;
}

async function answerOf(
  { caller, clock }: WebhookSurroundings,
  { webhook, question }: { readonly webhook: CompiledWebhook; readonly question: Question },
  signal: AbortSignal,
): Promise<unknown> {
  const { deadlineMs = Number.POSITIVE_INFINITY } = question.attributes;
  const leftMs = deadlineMs - clock.monotonicMs();
  if (leftMs <= 0) throw requestTimeout();
  const timeoutMs = Math.min(webhook.timeoutMs, leftMs);
  try {
    return await caller.call({ target: webhook.target, json: reviewText(question), timeoutMs }, signal);
  } catch (error) {
    if (!isWebhookFailure(error) || signal.aborted) throw error;
    const code = error instanceof StatusError ? error.code : 503;
    throw new WebhookFault(webhook.name, `failed to call webhook: ${error.message}`, { code, cause: error });
  }
}

function readChecked(value: unknown, question: Question, { webhook, mutating }: Invocation): Answer {
  try {
    return readAnswer(value, question, mutating);
  } catch (error) {
    const reason = `received invalid webhook response: ${messageOf(error)}`;
    throw new WebhookFault(webhook.name, reason, { code: 503, cause: error });
  }
}

/** As upstream says it where admission finds that the time is up. */
export function requestTimeout(): StatusError {
  return new StatusError("Timeout", "Timeout: request did not complete within requested timeout", {
    details: { retryAfterSeconds: 0 },
  });
}

/** A failure that is nobody's who asked. */
export function internal(message: string, cause?: unknown): StatusError {
  return new StatusError("InternalError", `Internal error occurred: ${message}`, {
    details: { causes: [{ message }] },
    cause,
  });
}
