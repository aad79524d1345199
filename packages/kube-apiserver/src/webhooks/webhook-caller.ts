import type { ServiceReference } from "@skates/api/admissionregistration/v1";
import { type ApiResponse, formatDuration, type Handler, parseJson, StatusError } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { type Clock, deadline, messageOf, OperatingError, type Random } from "@skates/component-base";
import { apiServerError } from "../errors.ts";
import { limitedBytes } from "../limited-bytes.ts";
import { dialFailure } from "./dial-failure.ts";
import { refusedAnswer } from "./refused-answer.ts";
import { serviceServer } from "./service-endpoint.ts";
import type { WebhookDialer, WebhookServer, WebhookTarget } from "./webhook-target.ts";

export interface WebhookCallerOptions {
  readonly registry: Registry;
  readonly dial: WebhookDialer;
  readonly clock: Clock;
  readonly random: Random;
  /** Default 8 MiB: a patch may be as large as two objects. */
  readonly responseBytesMax?: number | undefined;
}

/** One call of a webhook. */
export interface WebhookCall {
  readonly target: WebhookTarget;
  /** The body, JSON text. */
  readonly json: string;
  /** Also told to the webhook, as `?timeout=10s`. */
  readonly timeoutMs: number;
}

/** Calls webhooks, for all that do: admission, conversion of custom resources, authentication, authorization. */
export interface WebhookCaller {
  /**
   * Posts JSON and gives the value of the answer, in which integers beyond 2^53 are bigints. Throws, with the text that upstream has
   * after `failed to call webhook: `, a StatusError when the server answered with another code than 2xx (also for a redirect, which is
   * not followed), an OperatingError `WebhookFailed` when no answer came in time or none that can be read, and `signal.reason`.
   */
  call(call: WebhookCall, signal: AbortSignal): Promise<unknown>;
}

const RESPONSE_BYTES_MAX = 8 * 1024 * 1024;

/** Webhooks behind services are reached at a ready pod, by the name `<service>.<namespace>.svc`. */
export function createWebhookCaller(options: WebhookCallerOptions): WebhookCaller {
  const { registry, dial, clock } = options;
  const random = options.random.stream("webhook-endpoints");
  const limitBytes = options.responseBytesMax ?? RESPONSE_BYTES_MAX;
  return {
    call: async ({ target, json, timeoutMs }, signal) => {
      signal.throwIfAborted();
      const url = urlOf(target, timeoutMs);
      using limit = deadline(clock, timeoutMs, signal);
      let response: ApiResponse;
      let body: Uint8Array;
      try {
        response = await post(dial(serverOf(target, url, { registry, random })), { url, json, signal: limit.signal });
        body = await limitedBytes(response, limitBytes);
      } catch (error) {
        signal.throwIfAborted();
        const reason = limit.expired() ? "context deadline exceeded" : dialFailure(error);
        throw apiServerError("WebhookFailed", `Post ${JSON.stringify(shownUrl(target, url))}: ${reason}`, error);
      }
      if (response.status < 200 || response.status > 206) throw refusedAnswer(response, body);
      return parsed(body);
    },
  };
}

/** The address that is posted to: of a service, its name within the cluster. */
function urlOf({ url: given, service }: WebhookTarget, timeoutMs: number): URL {
  if (service === undefined && (given ?? "") === "") {
    throw apiServerError("WebhookFailed", "webhook configuration must have either service or URL");
  }
  let url: URL;
  try {
    // By hand rather than with a base: paths that start with two slashes are paths too.
    url = new URL(service === undefined ? (given ?? "") : originOf(service) + (service.path ?? "/"));
  } catch (error) {
    throw apiServerError("WebhookFailed", `Unparsable URL: ${messageOf(error)}`, error);
  }
  url.searchParams.set("timeout", formatDuration(Math.max(1, Math.ceil(timeoutMs / 1000)) * 1000));
  return url;
}

function originOf({ name, namespace, port = 443 }: ServiceReference): string {
  return `https://${name}.${namespace}.svc:${port}`;
}

/** As errors name it: with the port as it was given, also where it says nothing. */
function shownUrl({ url: given = "", service }: WebhookTarget, url: URL): string {
  const origin = service === undefined ? (/^[^/]*\/\/[^/?#]*/.exec(given)?.[0] ?? url.origin) : originOf(service);
  return `${origin}${url.pathname}${url.search}`;
}

interface Surroundings {
  readonly registry: Registry;
  readonly random: Random;
}

/** Throws an Error in the words of upstream's resolver. */
function serverOf(
  { service, ca, credentials }: WebhookTarget,
  url: URL,
  { registry, random }: Surroundings,
): WebhookServer {
  if (service === undefined) return { origin: url.origin, ca, credentials, publicOnly: false };
  const { name, namespace, port = 443 } = service;
  const server = serviceServer(registry, { name, namespace, port }, random);
  return { ...server, hostHeader: `${name}.${namespace}.svc:${port}`, ca, credentials };
}

interface Sent {
  readonly url: URL;
  readonly json: string;
  readonly signal: AbortSignal;
}

function post(handler: Handler, { url, json, signal }: Sent): Promise<ApiResponse> {
  const bytes = new TextEncoder().encode(json);
  return handler({
    method: "POST",
    path: url.pathname,
    query: url.searchParams,
    headers: { accept: "application/json, */*", "user-agent": "kube-apiserver-admission" },
    body: { kind: "bytes", mediaType: "application/json", read: () => Promise.resolve(bytes) },
    peer: { tls: { remoteAddress: "" } },
    signal,
  });
}

function parsed(body: Uint8Array): unknown {
  try {
    return parseJson(body).value;
  } catch (error) {
    throw apiServerError("WebhookFailed", `couldn't get version/kind; json parse error: ${messageOf(error)}`, error);
  }
}

/** True for what `call` throws when the webhook is to blame, and not the end of the request. */
export function isWebhookFailure(error: unknown): error is OperatingError | StatusError {
  return error instanceof StatusError || (error instanceof OperatingError && error.code === "WebhookFailed");
}
