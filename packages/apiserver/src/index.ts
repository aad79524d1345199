/**
 * The generic API server: what turns resources, a store, an authenticator, an authorizer and admission plugins into a `Handler`.
 * Start with `options.ts` (what goes in), `chain.ts` (the way of a request) and `registry/` (what the verbs do). Knows no kind.
 */
export { type AdmissionAttributes, type AdmissionPlugin } from "./admission.ts";
export type { AuthorizationAttributes, Authenticator, Authorizer, Decision } from "./auth.ts";
export type { Next, RequestContext, Stage } from "./context.ts";
export type { ApiServerOptions, HealthCheck, Limits, PathHandler, VersionInfo } from "./options.ts";
export type { Registry, Writer } from "./registry/registry.ts";
export { type Route, routeOf } from "./route.ts";
export type { SpecialCall, SpecialHandler } from "./special.ts";
