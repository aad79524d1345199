import { duplicate, type FieldError, invalid, type Path, required } from "@skates/apimachinery";
import type {
  ClaimMappings,
  ClaimValidationRule,
  Issuer,
  JWTAuthenticator,
  PrefixedClaimOrExpression,
  UserValidationRule,
} from "./jwt-configuration.ts";

/** What is wrong with authenticators beyond their schema, in upstream's words. Issuers of this cluster's own tokens are not allowed. */
export function jwtFindings(
  authenticators: readonly JWTAuthenticator[],
  ownIssuers: readonly string[],
): readonly FieldError[] {
  const urls = new Set<string>();
  const discovery = new Set<string>();
  return authenticators.flatMap(({ issuer = {}, claimMappings = {}, ...rules }, index) => {
    const path: Path = ["jwt", index];
    const { url = "", discoveryURL = "" } = issuer;
    const repeated = [
      ...(urls.has(url) ? [duplicate([...path, "issuer", "url"], url)] : []),
      ...(discoveryURL !== "" && discovery.has(discoveryURL)
        ? [duplicate([...path, "issuer", "discoveryURL"], discoveryURL)]
        : []),
    ];
    urls.add(url);
    discovery.add(discoveryURL);
    return [
      ...issuerFindings(issuer, ownIssuers, [...path, "issuer"]),
      ...claimRuleFindings(rules.claimValidationRules ?? [], [...path, "claimValidationRules"]),
      ...mappingFindings(claimMappings, [...path, "claimMappings"]),
      ...emailFindings(claimMappings, rules.claimValidationRules ?? [], path),
      ...userRuleFindings(rules.userValidationRules ?? [], [...path, "userValidationRules"]),
      ...repeated,
    ];
  });
}

function issuerFindings(issuer: Issuer, own: readonly string[], path: Path): readonly FieldError[] {
  const { url = "", discoveryURL = "", audiences = [], audienceMatchPolicy = "", egressSelectorType = "" } = issuer;
  const out: FieldError[] = [];
  const at = (name: string): Path => [...path, name];
  if (url === "") out.push(required(at("url"), ""));
  else out.push(...urlFindings(url, at("url")));
  if (own.includes(url)) {
    out.push(invalid(at("url"), url, `URL must not overlap with disallowed issuers: [${own.join(" ")}]`));
  }
  if (discoveryURL !== "") {
    if (trimmed(url) === trimmed(discoveryURL)) {
      out.push(invalid(at("discoveryURL"), discoveryURL, "discoveryURL must be different from URL"));
    }
    out.push(...urlFindings(discoveryURL, at("discoveryURL")));
  }
  out.push(...audienceFindings(audiences, audienceMatchPolicy, path));
  if (egressSelectorType !== "") {
    const message = "the server reaches issuers directly: no egress selector is configured";
    out.push(invalid(at("egressSelectorType"), egressSelectorType, message));
  }
  return out;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}

function urlFindings(text: string, path: Path): readonly FieldError[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [invalid(path, text, "must be a URL")];
  }
  const problems = [
    url.protocol === "https:" ? "" : "URL scheme must be https",
    url.username === "" && url.password === "" ? "" : "URL must not contain a username or password",
    url.search === "" ? "" : "URL must not contain a query",
    url.hash === "" ? "" : "URL must not contain a fragment",
  ];
  return problems.filter((problem) => problem !== "").map((problem) => invalid(path, text, problem));
}

function audienceFindings(audiences: readonly string[], policy: string, path: Path): readonly FieldError[] {
  const at: Path = [...path, "audiences"];
  if (audiences.length === 0) return [required(at, "at least one audiences is required")];
  const out = audiences.flatMap((audience, index) => {
    if (audience === "") return [required([...at, index], "")];
    return audiences.indexOf(audience) < index ? [duplicate([...at, index], audience)] : [];
  });
  const policyPath: Path = [...path, "audienceMatchPolicy"];
  if (audiences.length > 1 && policy !== "MatchAny") {
    out.push(invalid(policyPath, policy, "audienceMatchPolicy must be MatchAny for multiple audiences"));
  }
  if (audiences.length === 1 && policy !== "" && policy !== "MatchAny") {
    out.push(invalid(policyPath, policy, "audienceMatchPolicy must be empty or MatchAny for single audience"));
  }
  return out;
}

function claimRuleFindings(rules: readonly ClaimValidationRule[], path: Path): readonly FieldError[] {
  const claims = new Set<string>();
  const expressions = new Set<string>();
  return rules.flatMap(({ claim = "", requiredValue = "", expression = "", message = "" }, index) => {
    const at: Path = [...path, index];
    if (claim !== "" && expression !== "") return [invalid(at, claim, "claim and expression can't both be set")];
    if (claim === "" && expression === "") return [required(at, "claim or expression is required")];
    if (claim !== "") {
      const again = claims.has(claim) ? [duplicate([...at, "claim"], claim)] : [];
      claims.add(claim);
      const said =
        message === "" ? [] : [invalid([...at, "message"], message, "may not be specified when claim is set")];
      return [...said, ...again];
    }
    const again = expressions.has(expression) ? [duplicate([...at, "expression"], expression)] : [];
    expressions.add(expression);
    const wanted = "may not be specified when expression is set";
    return [...(requiredValue === "" ? [] : [invalid([...at, "requiredValue"], requiredValue, wanted)]), ...again];
  });
}

function mappingFindings({ username = {}, groups = {}, uid = {}, extra = [] }: ClaimMappings, path: Path) {
  const keys = new Set<string>();
  const both = (uid.claim ?? "") !== "" && (uid.expression ?? "") !== "";
  return [
    ...prefixedFindings(username, [...path, "username"], true),
    ...prefixedFindings(groups, [...path, "groups"], false),
    ...(both ? [invalid([...path, "uid"], "", "claim and expression can't both be set")] : []),
    ...extra.flatMap(({ key = "", valueExpression = "" }, index) => {
      const at: Path = [...path, "extra", index];
      const again = keys.has(key);
      keys.add(key);
      return [
        ...keyFindings(key, [...at, "key"]),
        ...(again ? [duplicate([...at, "key"], key)] : []),
        ...(valueExpression === "" ? [required([...at, "valueExpression"], "")] : []),
      ];
    }),
  ];
}

function keyFindings(key: string, path: Path): readonly FieldError[] {
  if (key === "") return [required(path, "")];
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/i.test(key)) {
    return [invalid(path, key, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  if (key !== key.toLowerCase()) return [invalid(path, key, "must be lowercase")];
  const [domain = ""] = key.split("/");
  const reserved = ["k8s.io", "kubernetes.io"].some((own) => domain === own || domain.endsWith(`.${own}`));
  const message = "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use";
  return reserved ? [invalid(path, key, message)] : [];
}

function prefixedFindings(
  { claim = "", prefix, expression = "" }: PrefixedClaimOrExpression,
  path: Path,
  wanted: boolean,
): readonly FieldError[] {
  const at: Path = [...path, "prefix"];
  if (claim !== "" && expression !== "") return [invalid(path, "", "claim and expression can't both be set")];
  if (claim === "" && expression === "") {
    if (wanted) return [required(path, "claim or expression is required")];
    return prefix === undefined ? [] : [invalid(at, prefix, "may not be specified without claim")];
  }
  if (expression !== "") {
    return prefix === undefined ? [] : [invalid(at, prefix, "may not be specified when expression is set")];
  }
  const message = "prefix is required when claim is set. It can be set to an empty string to disable prefixing";
  return prefix === undefined ? [required(at, message)] : [];
}

/** Whoever takes the address for a name must look whether it is verified. */
function emailFindings(
  { username = {}, extra = [] }: ClaimMappings,
  rules: readonly ClaimValidationRule[],
  path: Path,
): readonly FieldError[] {
  const { expression = "" } = username;
  if (!/\bclaims\s*\.\s*\??\s*email\b(?!_)/.test(expression)) return [];
  const all = [expression, ...extra.map((one) => one.valueExpression), ...rules.map((rule) => rule.expression)];
  if (all.some((text) => /\bclaims\s*\.\s*\??\s*email_verified\b/.test(text ?? ""))) return [];
  const message =
    "claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression";
  return [invalid([...path, "claimMappings", "username", "expression"], expression, message)];
}

function userRuleFindings(rules: readonly UserValidationRule[], path: Path): readonly FieldError[] {
  return rules.flatMap(({ expression = "" }, index) => {
    const at: Path = [...path, index, "expression"];
    if (expression === "") return [required(at, "")];
    const first = rules.findIndex((rule) => rule.expression === expression);
    return first < index ? [duplicate(at, expression)] : [];
  });
}
