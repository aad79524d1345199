/**
 * This cluster's API server on top of the generic one: who callers are (`authentication/`), what they may (`authorization/`), the
 * built-in admission plugins, calls of webhooks (`webhooks/`), addresses and ports of services, subresources that are more than storage
 * (`specials/`), and what a cluster has from its first moment (`bootstrap/`). Start with `kube-api-server.ts`.
 */
export { type PluginConfigurations, readAdmissionConfiguration } from "./admission/configuration.ts";
export { choosePlugins, type PluginChoice } from "./admission/plugin-table.ts";
export type { AdmissionSettings } from "./admission/plugins.ts";
export type { IdentityTrust } from "./authentication/authenticator.ts";
export { LEGACY_ISSUER } from "./authentication/legacy-tokens.ts";
export { type AnonymousAccess, OPEN_PATHS } from "./authentication/anonymous.ts";
export { configurationExpressions } from "./configuration-expressions.ts";
export { type CompiledJwt, compileJwt } from "./authentication/jwt/compile.ts";
export {
  type AuthenticationFile,
  readAuthenticationConfiguration,
} from "./authentication/jwt/authentication-configuration.ts";
export {
  type IssuerAddress,
  type IssuerKeys,
  type IssuerKeysFactory,
  SIGNING_ALGORITHMS,
} from "./authentication/jwt/issuer-keys.ts";
export { Issuers } from "./authentication/jwt/issuers.ts";
export type { AuthenticationSettings, TokenWebhook } from "./authentication/settings.ts";
export { staticTokens } from "./authentication/static-tokens.ts";
export { REQUEST_HEADERS, type RequestHeaderOptions } from "./authentication/request-header.ts";
export type { AuditEvent, AuditSink } from "./audit/audit-event.ts";
export { auditPolicy } from "./audit/audit-policy.ts";
export { type AuditOptions, auditor } from "./audit/audit-stage.ts";
export { type BatchOptions, WEBHOOK_BATCHES } from "./audit/batch-sink.ts";
export { EVENT_BYTES_MAX, truncating } from "./audit/truncated.ts";
export { webhookSink, type WebhookSinkOptions } from "./audit/webhook-sink.ts";
export type { ProxyClient } from "./aggregation/aggregator.ts";
export type { TokenOptions } from "./authentication/token-options.ts";
export { readAuthorizationConfiguration } from "./authorization/authorization-configuration.ts";
export { abacAuthorizer } from "./authorization/abac.ts";
export {
  type AuthorizationSettings,
  type AuthorizationWebhook,
  type AuthorizerSetting,
  createAuthorizer,
  NODE_AND_RBAC,
} from "./authorization/settings.ts";
export type { ReviewMatcher } from "./authorization/webhook-authorizer.ts";
export { PolicySource } from "./authorization/rbac/policy-source.ts";
export { type DefaultPolicy, defaultPolicy } from "./bootstrap/policy/default-policy.ts";
export { type ApiEndpoint, apiServiceAddress } from "./bootstrap/system-objects.ts";
export {
  createKubeApiServer,
  type KubeApiServer,
  type KubeApiServerOptions,
} from "./kube-api-server.ts";
export type { KubeletAddress, KubeletDialer } from "./kubelet/kubelets.ts";
export type { PortRange } from "./services/node-ports.ts";
export type { WorkloadDialer } from "./specials/workload-proxy.ts";
export type { WebhookCredentials, WebhookDialer, WebhookServer, WebhookTarget } from "./webhooks/webhook-target.ts";
