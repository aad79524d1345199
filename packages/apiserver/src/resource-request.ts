import { isLongRunning } from "./chain.ts";
import type { RequestContext } from "./context.ts";
import type { RegistryCore } from "./registry/core.ts";
import type { ReadCall } from "./registry/read.ts";
import type { Registry } from "./registry/registry.ts";
import type { Served } from "./registry/served.ts";
import type { WatchKeeper } from "./registry/watch-keeper.ts";
import type { WriteCall } from "./registry/write-call.ts";
import { managerOf, type WriteOptions } from "./registry/write-options.ts";
import type { BodyRules } from "./wire/body.ts";

/** What answers requests on resources. */
export interface ResourceServer {
  readonly core: RegistryCore;
  readonly keeper: WatchKeeper;
  readonly registry: Registry;
}

/** A request for a resource that is served. */
export interface ResourceRequest {
  readonly server: ResourceServer;
  readonly context: RequestContext;
  readonly served: Served;
}

/** A read of this request. */
export function readCall({ server, context, served }: ResourceRequest): ReadCall {
  const { turn, signal } = context;
  return { core: server.core, served, namespace: namespaceOf(context, served), turn, signal };
}

function namespaceOf({ route }: RequestContext, served: Served): string {
  return served.resource.namespaced ? route.namespace : "";
}

/** A write of this request. */
export function writeCall(request: ResourceRequest, options: WriteOptions): WriteCall {
  const { server, context, served } = request;
  const { route } = context;
  return {
    core: server.core,
    served,
    namespace: namespaceOf(context, served),
    name: route.name,
    subresource: route.subresource,
    user: context.user,
    nowMs: context.nowMs,
    dryRun: options.dryRun,
    fieldManager: managerOf(options.fieldManager, context.request.headers["user-agent"] ?? ""),
    options: options.object,
    admission: server.core.admission,
    deadlineMs: isLongRunning(route) ? undefined : context.startedMs + server.core.limits.requestMs,
    signal: context.signal,
    warn: (text) => void context.warnings.push(text),
    annotate: (key, value) => {
      if (!context.annotations.has(key)) context.annotations.set(key, value);
    },
  };
}

export function bodyRules(
  { server, context }: ResourceRequest,
  options: Pick<WriteOptions, "fieldValidation">,
): BodyRules {
  return {
    limitBytes: server.core.limits.bodyBytes,
    fieldValidation: options.fieldValidation,
    warn: (text) => void context.warnings.push(text),
  };
}
