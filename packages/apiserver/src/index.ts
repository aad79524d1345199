/**
 * The generic API server: what turns resources, a store, an authenticator, an authorizer and admission plugins into a `Handler`.
 * Start with `options.ts` (what goes in), `chain.ts` (the way of a request) and `serve-resource.ts` (what the verbs do); objects
 * are read from `watch-cache/` and written by `registry/`. Knows no kind.
 */
export { type AdmissionAttributes, type AdmissionKind, type AdmissionPlugin, AdmissionRounds } from "./admission.ts";
export type { Aggregation, ForwardedRequest, RemoteVersion } from "./aggregation.ts";
export type { AuthorizationAttributes, Authenticator, Authorizer, Decision } from "./auth.ts";
export { isLongRunning } from "./chain.ts";
export type { Auditor, Next, RequestContext, Stage } from "./context.ts";
export { checkDefinition, structuralFindings } from "./crd/check-definition.ts";
export { type CompileOptions, compileDefinition } from "./crd/compile-definition.ts";
export { CUSTOM_PRIORITY, ownPriority, type VersionPriority } from "./discovery/groups.ts";
export { resourcesOfList } from "./discovery/remote-resources.ts";
export type { ApiServerOptions, HealthCheck, Limits, PathHandler, VersionInfo } from "./options.ts";
export { forbidden } from "./forbidden.ts";
export { inVersion, toHub } from "./registry/in-version.ts";
export type { Registry, Writer } from "./registry/registry.ts";
export { errorResponse, jsonResponse, looseListResponse, looseResponse, textResponse } from "./responses.ts";
export { type Route, routeOf } from "./route.ts";
export { type ApiServer, createApiServer } from "./server.ts";
export type { SpecialCall, SpecialHandler } from "./special.ts";
