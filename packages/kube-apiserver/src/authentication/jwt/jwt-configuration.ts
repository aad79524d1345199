import { bool, type Infer, list, opt, ref, req, string, struct } from "@skates/apimachinery";

const AnonymousAuthCondition = struct("apiserver.k8s.io/v1.AnonymousAuthCondition", {
  path: req(1, string, "Path for which anonymous requests are let through."),
});
export const AnonymousAuthConfig = struct("apiserver.k8s.io/v1.AnonymousAuthConfig", {
  enabled: opt(1, bool, "Whether requests without credentials are let through."),
  conditions: opt(
    2,
    list(ref<AnonymousAuthCondition>(() => AnonymousAuthCondition)),
    "Paths for which that holds; none: all.",
  ),
});
interface AnonymousAuthCondition extends Infer<typeof AnonymousAuthCondition> {}
/** Who may ask without credentials. */
export interface AnonymousAuthConfig extends Infer<typeof AnonymousAuthConfig> {}

export const Issuer = struct("apiserver.k8s.io/v1.Issuer", {
  url: opt(1, string, "The issuer, as tokens name it."),
  discoveryURL: opt(2, string, "Where its discovery document is, if not below `url`."),
  certificateAuthority: opt(3, string, "PEM of the authorities of its server; absent: those of the system."),
  audiences: opt(4, list(string), "Audiences of which a token must have one."),
  audienceMatchPolicy: opt(5, string, "`MatchAny`: one of several audiences is enough."),
  egressSelectorType: opt(6, string, "Network through which the issuer is reached."),
});
/** Who signs tokens, and where the keys are. */
export interface Issuer extends Infer<typeof Issuer> {}

export const ClaimValidationRule = struct("apiserver.k8s.io/v1.ClaimValidationRule", {
  claim: opt(1, string, "Claim that a token must have."),
  requiredValue: opt(2, string, "The value that it must have."),
  expression: opt(3, string, "CEL over `claims` that must be true."),
  message: opt(4, string, "Said when the expression is false."),
});
/** What must hold of a token's claims. */
export interface ClaimValidationRule extends Infer<typeof ClaimValidationRule> {}

export const PrefixedClaimOrExpression = struct("apiserver.k8s.io/v1.PrefixedClaimOrExpression", {
  claim: opt(1, string, "Claim whose value is taken."),
  prefix: opt(2, string, "Put before the value.", { keepZero: true }),
  expression: opt(3, string, "CEL over `claims` that gives the value."),
});
/** Where a name or the groups come from. */
export interface PrefixedClaimOrExpression extends Infer<typeof PrefixedClaimOrExpression> {}

const ClaimOrExpression = struct("apiserver.k8s.io/v1.ClaimOrExpression", {
  claim: opt(1, string, "Claim whose value is taken."),
  expression: opt(2, string, "CEL over `claims` that gives the value."),
});
/** Where the UID comes from. */
export interface ClaimOrExpression extends Infer<typeof ClaimOrExpression> {}

const ExtraMapping = struct("apiserver.k8s.io/v1.ExtraMapping", {
  key: opt(1, string, "Key of the extra, with the prefix of a domain."),
  valueExpression: opt(2, string, "CEL over `claims` that gives a text or a list of texts."),
});
/** Where more about a user comes from. */
export interface ExtraMapping extends Infer<typeof ExtraMapping> {}

export const ClaimMappings = struct("apiserver.k8s.io/v1.ClaimMappings", {
  username: opt(
    1,
    ref<PrefixedClaimOrExpression>(() => PrefixedClaimOrExpression),
    "The user's name.",
  ),
  groups: opt(
    2,
    ref<PrefixedClaimOrExpression>(() => PrefixedClaimOrExpression),
    "The user's groups.",
  ),
  uid: opt(
    3,
    ref<ClaimOrExpression>(() => ClaimOrExpression),
    "The user's UID.",
  ),
  extra: opt(4, list(ref<ExtraMapping>(() => ExtraMapping)), "More about the user."),
});
/** How a user is made of claims. */
export interface ClaimMappings extends Infer<typeof ClaimMappings> {}

export const UserValidationRule = struct("apiserver.k8s.io/v1.UserValidationRule", {
  expression: opt(1, string, "CEL over `user` that must be true."),
  message: opt(2, string, "Said when the expression is false."),
});
/** What must hold of the user that was made. */
export interface UserValidationRule extends Infer<typeof UserValidationRule> {}

export const JWTAuthenticator = struct("apiserver.k8s.io/v1.JWTAuthenticator", {
  issuer: opt(
    1,
    ref<Issuer>(() => Issuer),
    "Who signs the tokens.",
  ),
  claimValidationRules: opt(2, list(ref<ClaimValidationRule>(() => ClaimValidationRule)), "What must hold of claims."),
  claimMappings: opt(
    3,
    ref<ClaimMappings>(() => ClaimMappings),
    "How a user is made of claims.",
  ),
  userValidationRules: opt(4, list(ref<UserValidationRule>(() => UserValidationRule)), "What must hold of users."),
});
/** Tokens of one issuer, and whom they stand for. */
export interface JWTAuthenticator extends Infer<typeof JWTAuthenticator> {}
