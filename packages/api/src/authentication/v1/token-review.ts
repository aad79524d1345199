import {
  type Infer,
  bool,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { UserInfo } from "./user-info.ts";

export const TokenReview = struct("authentication.k8s.io/v1.TokenReview", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<TokenReviewSpec>(() => TokenReviewSpec),
    "",
  ),
  status: opt(
    3,
    ref<TokenReviewStatus>(() => TokenReviewStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface TokenReview extends Infer<typeof TokenReview> {}

export const TokenReviewStatus = struct("authentication.k8s.io/v1.TokenReviewStatus", {
  authenticated: opt(1, bool, ""),
  user: opt(
    2,
    ref<UserInfo>(() => UserInfo),
    "",
    { emitEmpty: true },
  ),
  audiences: opt(4, list(string), ""),
  error: opt(3, string, ""),
});
export interface TokenReviewStatus extends Infer<typeof TokenReviewStatus> {}

export const TokenReviewSpec = struct("authentication.k8s.io/v1.TokenReviewSpec", {
  token: req(1, string, "", { mayBeEmpty: true }),
  audiences: opt(2, list(string), ""),
});
export interface TokenReviewSpec extends Infer<typeof TokenReviewSpec> {}

export const tokenReviews = resource<TokenReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  namespaced: false,
  verbs: ["create"],
  schema: TokenReview,
  statusSubresource: false,
  storage: false,
});
