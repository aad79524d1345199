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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { tokenRequestSpecRules } from "./token-request-rules.ts";

export const TokenRequest = struct(
  "authentication.k8s.io/v1.TokenRequest",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<TokenRequestSpec>(() => TokenRequestSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<TokenRequestStatus>(() => TokenRequestStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Asks for a token of a service account." },
);
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const TokenRequestStatus = struct(
  "authentication.k8s.io/v1.TokenRequestStatus",
  {
    token: opt(1, string, "The token itself.", { emitEmpty: true }),
    expirationTimestamp: opt(2, time, "Until when it is good.", { emitEmpty: true }),
  },
  { doc: "The token." },
);
export interface TokenRequestStatus extends Infer<typeof TokenRequestStatus> {}

export const TokenRequestSpec = struct(
  "authentication.k8s.io/v1.TokenRequestSpec",
  {
    audiences: opt(1, list(string), "Whom it is for; the API server by default.", { emitEmpty: true }),
    expirationSeconds: opt(4, int64, "How long it is to be good; the server may decide otherwise.", {
      keepZero: true,
      emitEmpty: true,
      default: 3600,
    }),
    boundObjectRef: opt(
      3,
      ref<BoundObjectReference>(() => BoundObjectReference),
      "Object with whose end it ends.",
      { keepZero: true, emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ doc: "What token is wanted.", rules: [tokenRequestSpecRules] }),
);
export interface TokenRequestSpec extends Infer<typeof TokenRequestSpec> {}

export const BoundObjectReference = struct(
  "authentication.k8s.io/v1.BoundObjectReference",
  {
    kind: opt(1, string, "Its kind: Pod, Node or Secret."),
    apiVersion: opt(2, string, "Its API version."),
    name: opt(3, string, "Its name."),
    uid: opt(4, string, "Its uid."),
  },
  { doc: "The object that a token is bound to." },
);
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}
