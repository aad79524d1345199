import type { AuditStage } from "@skates/api/audit/v1";
import {
  type ApiResponse,
  type Body,
  formatMicroTime,
  isRecord,
  StatusError,
  statusOf,
  type UserInfo,
} from "@skates/apimachinery";
import {
  type Auditor,
  errorResponse,
  isLongRunning,
  type Next,
  type RequestContext,
  type Route,
} from "@skates/apiserver";
import { type Clock, type Random, uuid } from "@skates/component-base";
import type { AuditEvent, AuditSink, AuditUser } from "./audit-event.ts";
import type { AuditDecision, AuditRequest } from "./audit-policy.ts";
import { collectedItems, observed } from "./observed-body.ts";
import { type FindResource, type SentBody, sentBody, withoutManagedFields } from "./sent-body.ts";

export interface AuditOptions {
  readonly policy: (request: AuditRequest) => AuditDecision;
  readonly sinks: readonly AuditSink[];
  /** For bodies in protobuf. */
  readonly findResource: FindResource;
  readonly clock: Clock;
  readonly random: Random;
}

const ID_LENGTH_MAX = 64;

/**
 * Audit of requests by a policy. Every answer names its audit id. What a strict sink refuses to take is not carried out; other sinks never
 * hold up a request.
 */
export function auditor(options: AuditOptions): Auditor {
  const random = options.random.stream("audit-ids");
  const begin = (context: RequestContext): Audited => {
    const { request, route, user } = context;
    const sent = request.headers["audit-id"];
    const id = sent === undefined || sent === "" || sent.length > ID_LENGTH_MAX ? uuid(random) : sent;
    const decision = options.policy(asked(route, user));
    return { options, context, id, decision, user };
  };
  return {
    stage: (next) => async (context) => {
      const audited = begin(context);
      const response = audited.decision.level === "None" ? await next(context) : await follow(audited, next);
      return { ...response, headers: { ...response.headers, "audit-id": audited.id } };
    },
    unauthenticated(context) {
      const audited = begin(context);
      const status = {
        metadata: {},
        status: "Failure",
        message: attempted(context),
        reason: "Unauthorized",
        code: 401,
      };
      emit(audited, "ResponseStarted", { responseStatus: status });
    },
  };
}

/** Member by member: a copy of the route would cost several times as much, and this is for every request. */
function asked(route: Route, user: UserInfo): AuditRequest {
  const { verb, resourceRequest, path, group, resource, subresource, namespace, authorizedName: name } = route;
  return { user, verb, resourceRequest, path, group, resource, subresource, namespace, name };
}

interface Audited {
  readonly options: AuditOptions;
  readonly context: RequestContext;
  readonly id: string;
  readonly decision: AuditDecision;
  /** Before impersonation. */
  readonly user: UserInfo;
}

type Outcome = Partial<Pick<AuditEvent, "responseStatus" | "responseObject" | "requestObject" | "impersonatedUser">> & {
  readonly name?: string | undefined;
};

async function follow(audited: Audited, next: Next): Promise<ApiResponse> {
  const { context, decision, options } = audited;
  if (!emit(audited, "RequestReceived", {})) {
    return errorResponse(new StatusError("InternalError", "failed to store audit event"));
  }
  const sent = sentBody(context, decision, options.findResource);
  const inner: RequestContext = sent.request === context.request ? context : { ...context, request: sent.request };
  let response: ApiResponse;
  try {
    response = await next(inner);
  } catch (error) {
    const outcome = { ...whatWasSent(audited, inner, sent), responseStatus: { ...statusOf(error) } };
    if (!(error instanceof StatusError)) {
      emit(audited, "Panic", outcome);
      throw error;
    }
    emit(audited, "ResponseComplete", { ...outcome, ...responseObject(audited, statusOf(error)) });
    return errorResponse(error);
  }
  return answered(audited, response, () => whatWasSent(audited, inner, sent));
}

/** What is known of the request once it has been read. */
function whatWasSent({ user, decision }: Audited, inner: RequestContext, sent: SentBody): Outcome {
  const requestObject = sent.object();
  return {
    impersonatedUser: inner.user === user ? undefined : userOf(inner.user),
    ...(requestObject === undefined ? {} : { requestObject: trimmed(decision, requestObject) }),
  };
}

/** Writes the end of a request now, or when its stream has ended. */
function answered(audited: Audited, response: ApiResponse, sent: () => Outcome): ApiResponse {
  const { decision, context } = audited;
  const responseStatus = { metadata: {}, ...refusalOf(response.body), code: response.status };
  const complete = (found: Outcome = {}): void => {
    emit(audited, "ResponseComplete", { ...sent(), responseStatus, ...found });
  };
  if (isLongRunning(context.route)) {
    emit(audited, "ResponseStarted", { ...sent(), responseStatus });
    return { ...response, body: observed(response.body, complete) };
  }
  const { body } = response;
  if (body.kind === "list" && decision.level === "RequestResponse") {
    const collecting = collectedItems(body, (items) => complete(responseObject(audited, items)));
    return { ...response, body: collecting };
  }
  if (body.kind === "object") {
    const { name } = body.object.object.metadata;
    complete({ name, ...responseObject(audited, body.object.object) });
  } else complete(body.kind === "json" ? responseObject(audited, body.value) : {});
  return response;
}

/** Of an answer that is a Status of failure: what it says. */
function refusalOf(body: Body): Readonly<Record<string, unknown>> {
  if (body.kind !== "json" || !isRecord(body.value) || body.value["kind"] !== "Status") return {};
  const { status, message, reason, details } = body.value;
  return status === "Failure" ? { status, message, reason, details } : {};
}

function responseObject({ decision, context }: Audited, object: unknown): Outcome {
  if (decision.level !== "RequestResponse" || !context.route.resourceRequest) return {};
  return { responseObject: trimmed(decision, object) };
}

function trimmed({ omitManagedFields }: AuditDecision, object: unknown): unknown {
  return omitManagedFields ? withoutManagedFields(object) : object;
}

/** False: a strict sink refused the event. */
function emit(audited: Audited, stage: AuditStage, { name, ...outcome }: Outcome): boolean {
  const { options, context, id, decision, user } = audited;
  if (decision.level === "None" || decision.omitStages.has(stage)) return true;
  const { route, request, annotations } = context;
  const event: AuditEvent = {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: decision.level,
    auditID: id,
    stage,
    requestURI: request.query.size === 0 ? request.path : `${request.path}?${request.query.toString()}`,
    verb: route.verb,
    user: userOf(user),
    impersonatedUser: outcome.impersonatedUser,
    sourceIPs: sourceIps(context),
    userAgent: request.headers["user-agent"],
    objectRef: route.resourceRequest ? objectRef(route, name) : undefined,
    responseStatus: outcome.responseStatus,
    requestObject: outcome.requestObject,
    responseObject: outcome.responseObject,
    requestReceivedTimestamp: formatMicroTime(context.nowMs),
    stageTimestamp: formatMicroTime(options.clock.nowMs()),
    annotations: annotations.size === 0 ? undefined : Object.fromEntries(annotations),
  };
  let taken = true;
  for (const sink of options.sinks) taken = sink.take(event) && taken;
  return taken;
}

function userOf({ name, uid, groups, extra }: UserInfo): AuditUser {
  return { username: name, uid, groups: groups.length === 0 ? undefined : groups, extra };
}

/** As upstream: what proxies claim, then the peer itself, which alone cannot be made up. */
function sourceIps({ request }: RequestContext): readonly string[] | undefined {
  const remote = "tls" in request.peer ? request.peer.tls.remoteAddress : "::1";
  if (request.headers["x-forwarded-for"] === undefined && request.headers["x-real-ip"] === undefined)
    return remote === "" ? undefined : [remote];
  const claimed = (request.headers["x-forwarded-for"] ?? "").split(",").map((text) => text.trim());
  const real = request.headers["x-real-ip"]?.trim() ?? "";
  const out = claimed.filter((text) => text !== "");
  if (real !== "" && !out.includes(real)) out.push(real);
  if (remote !== "" && out.at(-1) !== remote) out.push(remote);
  return out.length === 0 ? undefined : out;
}

function objectRef(route: Route, created: string | undefined): Readonly<Record<string, string>> {
  const { resource, namespace, group, version, subresource } = route;
  const name = route.name === "" && route.verb === "create" ? (created ?? "") : route.name;
  const out: Record<string, string> = {};
  if (resource !== "") out["resource"] = resource;
  if (namespace !== "") out["namespace"] = namespace;
  if (name !== "") out["name"] = name;
  if (group !== "") out["apiGroup"] = group;
  if (version !== "") out["apiVersion"] = version;
  if (subresource !== "") out["subresource"] = subresource;
  return out;
}

/** Which credentials a request brought that proved nothing, in upstream's words. */
function attempted({ request }: RequestContext): string {
  const methods: string[] = [];
  const [, scheme] = /^\s*(basic|bearer)\s/i.exec(request.headers["authorization"] ?? "") ?? [];
  if (scheme !== undefined) methods.push(scheme.toLowerCase());
  const { certificate, frontProxyCertificate, certificateFailure } = "tls" in request.peer ? request.peer.tls : {};
  if ((certificate ?? frontProxyCertificate ?? certificateFailure) !== undefined) methods.push("x509");
  if (methods.length === 0) return "Authentication failed, no credentials provided";
  return `Authentication failed, attempted: ${methods.join(", ")}`;
}
