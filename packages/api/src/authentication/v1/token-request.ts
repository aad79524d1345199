import {
  type Infer,
  int64,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
} from "@skates/apimachinery";

export const TokenRequest = struct("authentication.k8s.io/v1.TokenRequest", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<TokenRequestSpec>(() => TokenRequestSpec),
    "",
  ),
  status: opt(
    3,
    ref<TokenRequestStatus>(() => TokenRequestStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const TokenRequestStatus = struct("authentication.k8s.io/v1.TokenRequestStatus", {
  token: opt(1, string, "", { emitEmpty: true }),
  expirationTimestamp: opt(2, time, "", { emitEmpty: true }),
});
export interface TokenRequestStatus extends Infer<typeof TokenRequestStatus> {}

export const TokenRequestSpec = struct("authentication.k8s.io/v1.TokenRequestSpec", {
  audiences: opt(1, list(string), "", { emitEmpty: true }),
  expirationSeconds: opt(4, int64, "", { keepZero: true, emitEmpty: true, default: 3600 }),
  boundObjectRef: opt(
    3,
    ref<BoundObjectReference>(() => BoundObjectReference),
    "",
    { emitEmpty: true },
  ),
});
export interface TokenRequestSpec extends Infer<typeof TokenRequestSpec> {}

export const BoundObjectReference = struct("authentication.k8s.io/v1.BoundObjectReference", {
  kind: opt(1, string, ""),
  apiVersion: opt(2, string, ""),
  name: opt(3, string, ""),
  uid: opt(4, string, ""),
});
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}
