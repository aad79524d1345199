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

export const TokenReview = struct(
  "authentication.k8s.io/v1.TokenReview",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<TokenReviewSpec>(() => TokenReviewSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<TokenReviewStatus>(() => TokenReviewStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Asks whose token this is." },
);
export interface TokenReview extends Infer<typeof TokenReview> {}

export const TokenReviewStatus = struct(
  "authentication.k8s.io/v1.TokenReviewStatus",
  {
    authenticated: opt(1, bool, "Whether the token is good."),
    user: opt(
      2,
      ref<UserInfo>(() => UserInfo),
      "Who it stands for.",
      { emitEmpty: true },
    ),
    audiences: opt(4, list(string), "Whom it is for, of those asked about."),
    error: opt(3, string, "Why it could not be told."),
  },
  { doc: "Whose token it is." },
);
export interface TokenReviewStatus extends Infer<typeof TokenReviewStatus> {}

export const TokenReviewSpec = struct(
  "authentication.k8s.io/v1.TokenReviewSpec",
  {
    token: req(1, string, "The token.", { mayBeEmpty: true }),
    audiences: opt(2, list(string), "Whom it should be for; the API server by default."),
  },
  { doc: "The token in question." },
);
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
