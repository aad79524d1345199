import { isRecord, type JsonRecord, type UserInfo } from "@skates/apimachinery";
import { apiServerError } from "../../errors.ts";
import { CREDENTIAL_ID } from "../users.ts";
import type { CompiledJwt, UserExpressions } from "./compile.ts";

/** Whom the claims of a verified token stand for, when they and the user satisfy all rules. Throws `TokenInvalid`. */
export function userOfClaims(compiled: CompiledJwt, claims: JsonRecord): UserInfo {
  const { expressions } = compiled;
  const extra = extraOf(compiled, claims);
  const uid = uidOf(compiled, claims);
  const user: UserInfo = {
    name: nameOf(compiled, claims),
    groups: groupsOf(compiled, claims),
    ...(uid === "" ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
  requireClaims(compiled, claims);
  requireAll(expressions.claimRules, { claims }, "claim validation expression");
  requireAll(expressions.userRules, { user: userValue(user) }, "user info validation rule");
  return user;
}

function nameOf({ config, expressions }: CompiledJwt, claims: JsonRecord): string {
  if (expressions.username !== undefined) {
    const name = expressions.username.evaluate({ claims });
    const what = "error evaluating username claim expression";
    if (typeof name !== "string") throw refused(`${what}: username claim expression must return a string`);
    if (name === "") throw refused("empty username via CEL expression is not allowed");
    return name;
  }
  const { claim = "", prefix = "" } = config.claimMappings?.username ?? {};
  const name = claims[claim];
  if (name === undefined) throw refused(`parse username claims ${JSON.stringify(claim)}: claim not present`);
  if (typeof name !== "string") throw refused(`parse username claims ${JSON.stringify(claim)}: not a string`);
  const verified = claims["email_verified"];
  // Who has not proved to own an address must not pass for its owner.
  if (claim === "email" && verified !== undefined && verified !== true) throw refused("email not verified");
  return prefix + name;
}

function groupsOf({ config, expressions }: CompiledJwt, claims: JsonRecord): readonly string[] {
  const { claim = "", prefix = "" } = config.claimMappings?.groups ?? {};
  if (claim !== "") {
    const value = claims[claim];
    if (value === undefined) return [];
    const groups = typeof value === "string" ? [value] : value;
    if (!isTexts(groups))
      throw refused(`parse groups claim ${JSON.stringify(claim)}: not a string or a list of strings`);
    return groups.map((group) => prefix + group);
  }
  return expressions.groups === undefined
    ? []
    : texts(expressions.groups.evaluate({ claims }), "error evaluating group claim expression");
}

function uidOf({ config, expressions }: CompiledJwt, claims: JsonRecord): string {
  const { claim = "" } = config.claimMappings?.uid ?? {};
  if (claim === "" && expressions.uid === undefined) return "";
  const uid = expressions.uid === undefined ? claims[claim] : expressions.uid.evaluate({ claims });
  if (typeof uid === "string") return uid;
  const problem = expressions.uid === undefined ? `parse uid claim ${JSON.stringify(claim)}` : "uid claim expression";
  throw refused(`${problem}: must be a string`);
}

function extraOf({ expressions }: CompiledJwt, claims: JsonRecord): Readonly<Record<string, readonly string[]>> {
  const extra: Record<string, readonly string[]> = {};
  if (typeof claims["jti"] === "string" && claims["jti"] !== "") extra[CREDENTIAL_ID] = [`JTI=${claims["jti"]}`];
  for (const { key, expression } of expressions.extra) {
    const values = texts(expression.evaluate({ claims }), "error evaluating extra claim expression");
    if (values.length > 0) extra[key] = values;
  }
  return extra;
}

function requireClaims({ config }: CompiledJwt, claims: JsonRecord): void {
  for (const { claim = "", requiredValue = "" } of config.claimValidationRules ?? []) {
    if (claim === "") continue;
    const value = claims[claim];
    if (value === undefined) throw refused(`required claim ${claim} not present in ID token`);
    if (typeof value !== "string") throw refused(`parse claim ${claim}: not a string`);
    if (value !== requiredValue) {
      throw refused(`required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`);
    }
  }
}

function requireAll(rules: UserExpressions["claimRules"], values: JsonRecord, what: string): void {
  for (const { expression, message } of rules) {
    const holds = expression.evaluate(values);
    if (typeof holds !== "boolean")
      throw refused(`error evaluating ${what}: validation expression must return a boolean`);
    if (!holds)
      throw refused(`error evaluating ${what}: validation expression '${expression.text}' failed: ${message}`);
  }
}

/** As expressions see it: every field is there. */
function userValue({ name, uid = "", groups, extra = {} }: UserInfo): JsonRecord {
  return { username: name, uid, groups, extra };
}

/** A text is a list of one; empty texts are left out. */
function texts(value: unknown, what: string): readonly string[] {
  if (value === null || value === undefined) return [];
  const list = typeof value === "string" ? [value] : value;
  if (!isTexts(list)) throw refused(`${what}: expression must return a string or a list of strings`);
  return list.filter((text) => text !== "");
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function refused(message: string): Error {
  return apiServerError("TokenInvalid", `oidc: ${message}`);
}

/** The claims that a token makes, before anybody has checked them; undefined: it is no JWT. */
export function untrustedClaims(token: string): JsonRecord | undefined {
  const [, payload, , ...rest] = token.split(".");
  if (payload === undefined || rest.length > 0) return undefined;
  try {
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined; // not base64, or not JSON
  }
}
