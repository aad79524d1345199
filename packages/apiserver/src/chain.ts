import { type ApiRequest, type ApiResponse, type Handler, StatusError, type UserInfo } from "@skates/apimachinery";
import { type Env, isAbort, messageOf } from "@skates/component-base";
import type { Authenticator, Authorizer } from "./auth.ts";
import type { Auditor, Next, RequestContext, Stage } from "./context.ts";
import type { Deadlines } from "./deadlines.ts";
import { forbidden } from "./forbidden.ts";
import { impersonation as impersonating } from "./impersonation/impersonation.ts";
import type { CountedRoute, RequestMetrics } from "./metrics.ts";
import type { Limits, OverWebSocket } from "./options.ts";
import { requestAttributes } from "./request-attributes.ts";
import { errorResponse } from "./responses.ts";
import { shownWarnings } from "./warnings.ts";
import { type Route, routeOf } from "./route.ts";
import { type Form, Negotiator, type Offer } from "./wire/accept.ts";
import { LentBuffers } from "./wire/chunks.ts";
import { encodeResponse } from "./wire/encode-response.ts";
import type { IncludeObject } from "./wire/table.ts";

export interface ChainOptions {
  readonly env: Env;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly metrics: RequestMetrics;
  readonly authenticator: Authenticator;
  /** Asked for each request; the authorizer may want the registry, which is made later. */
  readonly authorizer: () => Authorizer;
  readonly audit: Auditor | undefined;
  readonly impersonation: Stage | undefined;
  readonly fairness: Stage | undefined;
  readonly turn: () => Promise<void>;
  readonly gzip: ((chunk: Uint8Array) => Uint8Array) | undefined;
  readonly overWebSocket: OverWebSocket | undefined;
  /** What forms the endpoint of a route can answer in. */
  offer(route: Route): Offer;
  /** Another server answers this, in whatever form it likes. */
  passedOn(request: ApiRequest): boolean;
  /** The route as metrics may tell it. */
  counted(route: Route): CountedRoute;
  readonly dispatch: Next;
}

const NOBODY: UserInfo = { name: "", groups: [] };
/** Subresources whose requests are streams and have no deadline. */
const STREAMS: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);
const WRITES: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection", "post", "put"]);

/**
 * The way of a request: route, time limit, authentication, audit, impersonation, limits on requests in flight, authorization, the
 * form of the answer, then the endpoint. Never rejects; what is thrown on the way becomes a Status.
 */
export function chain(options: ChainOptions): Handler {
  const negotiator = new Negotiator();
  const buffers = new LentBuffers();
  const { audit, impersonation, fairness } = options;
  const authorized = authorizing(options, negotiating(options, negotiator));
  const admitted = fairness === undefined ? limiting(options, authorized) : fairness(authorized);
  const known = (impersonation ?? impersonating(options.authorizer))(admitted);
  const audited = audit === undefined ? known : audit.stage(known);
  const start = authenticating(options, audited);
  return async (request) => {
    const startedMs = options.env.clock.monotonicMs();
    let response: ApiResponse;
    let route: Route | undefined;
    try {
      route = routeOf(request.method, request.path, request.query);
      response = await bounded(options, { request, route, startedMs }, start);
    } catch (error) {
      response = refusal(options, error, request);
    }
    count(options, { request, route, response, startedMs });
    return "loopback" in request.peer
      ? response
      : await written(options, { negotiator, buffers, request, route, response });
  };
}

interface Arrived {
  readonly request: ApiRequest;
  readonly route: Route;
  readonly startedMs: number;
}

async function bounded(
  options: ChainOptions,
  { request, route, startedMs }: Arrived,
  next: Next,
): Promise<ApiResponse> {
  const nowMs = options.env.clock.nowMs();
  const context = (signal: AbortSignal): RequestContext => ({
    request,
    route,
    nowMs,
    startedMs,
    signal,
    user: NOBODY,
    turn: options.turn,
    warnings: [],
    annotations: new Map(),
  });
  if (isLongRunning(route)) return await withWarnings(context(request.signal), next);
  const { signal, done } = options.deadlines.bound(request, options.limits.requestMs);
  try {
    return await withWarnings(context(signal), next);
  } finally {
    done();
  }
}

/** Watches and streams: no deadline, no place among the requests in flight. */
export function isLongRunning(route: Route): boolean {
  return route.verb === "watch" || STREAMS.has(route.subresource);
}

async function withWarnings(context: RequestContext, next: Next): Promise<ApiResponse> {
  let response: ApiResponse;
  try {
    response = await next(context);
  } catch (error) {
    if (context.warnings.length === 0 || !(error instanceof StatusError)) throw error;
    response = errorResponse(error);
  }
  if (context.warnings.length === 0) return response;
  const warnings = shownWarnings(context.warnings).map((text) => `299 - ${quoted(text)}`);
  return { ...response, warnings: [...(response.warnings ?? []), ...warnings] };
}

/** An HTTP quoted string; line breaks and other control characters become spaces. */
function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${text.replaceAll(/[\u0000-\u001f\u007f]/g, " ").replaceAll(/["\\]/g, "\\$&")}"`;
}

function authenticating({ authenticator, audit }: ChainOptions, next: Next): Next {
  return async (context) => {
    const { peer } = context.request;
    const user = "loopback" in peer ? peer.loopback : await authenticator.authenticate(context.request, context.signal);
    if (user === undefined) {
      audit?.unauthenticated(context);
      throw new StatusError("Unauthorized", "Unauthorized");
    }
    context.user = user;
    return await next(context);
  };
}

/** Refuses what is more than the server does at a time. */
function limiting({ limits, metrics, counted }: ChainOptions, next: Next): Next {
  let reading = 0;
  let writing = 0;
  return async (context) => {
    const { route } = context;
    if (isLongRunning(route)) return await next(context);
    const writes = WRITES.has(route.verb);
    if (writes ? writing >= limits.writingInFlight : reading >= limits.readingInFlight) {
      metrics.refused(counted(route), 429);
      throw new StatusError("TooManyRequests", "too many requests, please try again later", {
        details: { retryAfterSeconds: 1 },
      });
    }
    const by = (change: 1 | -1): void => {
      if (writes) writing += change;
      else reading += change;
      metrics.inFlight(writes, change);
    };
    by(1);
    try {
      return await next(context);
    } finally {
      by(-1);
    }
  };
}

function authorizing(options: ChainOptions, next: Next): Next {
  return async (context) => {
    const attributes = requestAttributes(context);
    const { decision, reason, error } = await options.authorizer().authorize(attributes, context.signal);
    if (options.audit !== undefined) noteDecision(context.annotations, decision === "allow", reason);
    if (decision !== "allow") {
      if (error === undefined) throw forbidden(attributes, reason);
      throw new StatusError("InternalError", `Internal error occurred: ${error}`);
    }
    return await next(context);
  };
}

function noteDecision(annotations: Map<string, string>, allowed: boolean, reason: string): void {
  annotations.set("authorization.k8s.io/decision", allowed ? "allow" : "forbid");
  annotations.set("authorization.k8s.io/reason", reason);
}

/** Refuses before anything is done when the answer could not be written in a form that the client reads. */
function negotiating(options: ChainOptions, negotiator: Negotiator): Next {
  return async (context) => {
    const { request, route } = context;
    if (!("loopback" in request.peer) && !options.passedOn(request))
      negotiator.choose(request.headers["accept"], options.offer(route));
    return await options.dispatch(context);
  };
}

function refusal(options: ChainOptions, error: unknown, request: ApiRequest): ApiResponse {
  if (!(error instanceof StatusError) && !isAbort(error, request.signal)) {
    options.env.log.error("a request failed", { method: request.method, path: request.path, error: messageOf(error) });
  }
  return errorResponse(error);
}

interface Answered {
  readonly request: ApiRequest;
  readonly route: Route | undefined;
  readonly response: ApiResponse;
}

function count(
  { env, metrics, counted }: ChainOptions,
  { request, route, response, startedMs }: Answered & { startedMs: number },
): void {
  if (route === undefined) return;
  const seconds = (env.clock.monotonicMs() - startedMs) / 1000;
  metrics.answered(counted(route), response.status, {
    seconds,
    dryRun: request.query.size > 0 && request.query.has("dryRun"),
  });
}

async function written(
  options: ChainOptions,
  {
    negotiator,
    buffers,
    request,
    route,
    response,
  }: Answered & { readonly negotiator: Negotiator; readonly buffers: LentBuffers },
): Promise<ApiResponse> {
  const form = answerForm(options, { negotiator, request, route, response });
  const { query, headers } = request;
  const messages = messagesOf(options, { request, route, response });
  const packs =
    request.method === "GET" && messages === undefined && (headers["accept-encoding"] ?? "").includes("gzip");
  try {
    const answer = await encodeResponse(response, {
      form,
      pretty: wantsPretty(query, headers["user-agent"] ?? ""),
      table: { version: form.asVersion, includeObject: includeObject(query), nowMs: options.env.clock.nowMs() },
      gzip: packs ? options.gzip : undefined,
      buffers,
    });
    if (messages === undefined) return answer;
    return options.overWebSocket?.(request, answer, messages) ?? answer;
  } catch (error) {
    const refused = refusal(options, error, request);
    return await encodeResponse(refused, { form: PLAIN, pretty: false, table: NO_TABLE, gzip: undefined, buffers });
  }
}

/** How the answer is sent over a WebSocket; undefined: it is not. */
function messagesOf(
  { overWebSocket }: ChainOptions,
  { request, route, response }: Answered,
): "lines" | "bytes" | undefined {
  if (request.upgrade?.protocol !== "websocket" || overWebSocket === undefined || response.status !== 200)
    return undefined;
  if (route?.verb === "watch") return "lines";
  return route?.subresource === "log" ? "bytes" : undefined;
}

const PLAIN: Form = { encoding: "json", as: "", asVersion: "" };
const NO_TABLE = { version: "v1", includeObject: "None", nowMs: 0 } as const;

/** A refusal is written even to those who accept nothing that we write. */
function answerForm(
  options: ChainOptions,
  { negotiator, request, route, response }: Answered & { readonly negotiator: Negotiator },
): Form {
  if (route === undefined) return PLAIN;
  try {
    const form = negotiator.choose(request.headers["accept"], options.offer(route));
    return response.status >= 400 ? { ...form, as: "" } : form;
  } catch {
    return PLAIN; // not acceptable, which is what the answer says
  }
}

/** People's clients get indented JSON, as upstream has it. */
function wantsPretty(query: URLSearchParams, userAgent: string): boolean {
  const asked = query.size === 0 ? null : query.get("pretty");
  if (asked !== null) return asked !== "false" && asked !== "0";
  return userAgent.startsWith("curl") || userAgent.startsWith("Wget") || userAgent.startsWith("Mozilla/5.0");
}

function includeObject(query: URLSearchParams): IncludeObject {
  const asked = query.size === 0 ? null : query.get("includeObject");
  return asked === "None" || asked === "Object" ? asked : "Metadata";
}
