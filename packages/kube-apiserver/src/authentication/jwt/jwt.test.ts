// Tokens of other issuers without network: whom claims stand for, what stops a token, and what a configuration must not say.
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { configurationExpressions } from "../../configuration-expressions.ts";
import { readAuthenticationConfiguration } from "./authentication-configuration.ts";
import { compileJwt } from "./compile.ts";
import { Issuers } from "./issuers.ts";
import type { JWTAuthenticator } from "./jwt-configuration.ts";

const URL = "https://issuer.example";
const signal = new AbortController().signal;
const clock = virtualClock();
const now = Math.floor(clock.nowMs() / 1000);
const base: JWTAuthenticator = {
  issuer: { url: URL, audiences: ["skates"] },
  claimMappings: { username: { claim: "sub", prefix: "x:" } },
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenOf = (claims: object) => `${part({ alg: "RS256" })}.${part({ iss: URL, ...claims })}.s`;

/** Signatures are right here; they are checked where the keys are. */
function issuersFor(config: JWTAuthenticator): Issuers {
  const issuers = new Issuers({
    clock,
    keysOf: () => ({
      verify: async (token) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()),
    }),
  });
  issuers.replace([compileJwt(config, configurationExpressions(), []).compiled]);
  return issuers;
}

async function whoIs(claims: object, config: Partial<JWTAuthenticator> = {}): Promise<unknown> {
  const whole = { sub: "jane", aud: "skates", exp: now + 60, ...claims };
  try {
    return (await issuersFor({ ...base, ...config }).authenticate(tokenOf(whole), ["api"], signal))?.user;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe("claims", () => {
  it("become a user with groups, UID and the token's id", async () => {
    const claimMappings = {
      username: { claim: "email", prefix: "" },
      groups: { claim: "roles", prefix: "r:" },
      uid: { claim: "oid" },
    };
    const claims = { email: "j@x", email_verified: true, roles: ["a", "b"], oid: "u", jti: "7" };
    expect(await whoIs(claims, { claimMappings })).toEqual({
      name: "j@x",
      groups: ["r:a", "r:b"],
      uid: "u",
      extra: { "authentication.kubernetes.io/credential-id": ["JTI=7"] },
    });
    expect(await whoIs({ ...claims, roles: "one" }, { claimMappings })).toMatchObject({ groups: ["r:one"] });
    expect(await whoIs({ ...claims, email_verified: "true" }, { claimMappings })).toBe("oidc: email not verified");
    expect(await whoIs({ ...claims, roles: [1] }, { claimMappings })).toMatch("parse groups claim");
  });

  it.each([
    [{ iss: "https://other.example" }, undefined],
    [{ aud: ["other"] }, /expected audience in \["skates"\] got \["other"\]/],
    [{ aud: ["other", "skates"] }, { name: "x:jane", groups: [] }],
    [{ exp: now - 1 }, /token is expired/],
    [{ exp: undefined }, /has no expiry/],
    [{ exp: "9999999999" }, /has no expiry/],
    [{ nbf: now + 299 }, { name: "x:jane", groups: [] }],
    [{ nbf: now + 400 }, /before the nbf/],
    [{ sub: undefined }, /claim not present/],
    [{ sub: 7 }, /not a string/],
  ])("%j", async (claims, expected) => {
    const found = await whoIs(claims);
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toEqual(expected);
  });

  it("must have required values", async () => {
    const claimValidationRules = [{ claim: "hd", requiredValue: "example.com" }];
    expect(await whoIs({ hd: "example.com" }, { claimValidationRules })).toMatchObject({ name: "x:jane" });
    expect(await whoIs({}, { claimValidationRules })).toMatch("required claim hd not present in ID token");
    expect(await whoIs({ hd: "evil" }, { claimValidationRules })).toMatch("Got = evil, want = example.com");
  });

  it("become a user by expressions, and must satisfy the rules", async () => {
    const config: Partial<JWTAuthenticator> = {
      claimMappings: {
        username: { expression: "'corp:' + claims.sub" },
        groups: { expression: "claims.roles.filter(r, r.startsWith('team-'))" },
        uid: { expression: "claims.ids.user" },
        extra: [{ key: "example.com/tenant", valueExpression: "claims.tenant" }],
      },
      claimValidationRules: [{ expression: "claims.tenant != 'evil'", message: "no" }],
      userValidationRules: [{ expression: "!user.username.endsWith('root')", message: "reserved" }],
    };
    const claims = { roles: ["team-a", "x"], ids: { user: "u1" }, tenant: "t" };
    expect(await whoIs(claims, config)).toEqual({
      name: "corp:jane",
      groups: ["team-a"],
      uid: "u1",
      extra: { "example.com/tenant": ["t"] },
    });
    expect(await whoIs({ ...claims, tenant: "evil" }, config)).toMatch("failed: no");
    expect(await whoIs({ ...claims, sub: "root" }, config)).toMatch("failed: reserved");
    expect(await whoIs({ ...claims, sub: 7 }, config)).toMatch("resulted in error: no such overload");
    expect(await whoIs({ ...claims, ids: {} }, config)).toMatch("no such key: user");
    expect(await whoIs({ ...claims, tenant: 1 }, config)).toMatch("must return a string or a list of strings");
  });

  it("that are no JSON, or in no JWT, are of nobody", async () => {
    const issuers = issuersFor(base);
    for (const token of ["", "a.b", "a.!.c", `a.${Buffer.from("[]").toString("base64url")}.c`]) {
      expect(await issuers.authenticate(token, [], signal)).toBe(undefined);
    }
  });
});

describe("a configuration", () => {
  const read = (jwt: object, more = {}) =>
    readAuthenticationConfiguration(
      JSON.stringify({
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "AuthenticationConfiguration",
        jwt: [{ ...base, ...jwt }],
        ...more,
      }),
      { ownIssuers: ["https://own.example"] },
    );

  it("of every version is read", () => {
    expect(read({}).jwt.map(({ config }) => config.issuer?.url)).toEqual([URL]);
    const text = JSON.stringify({ apiVersion: "apiserver.config.k8s.io/v1beta1", kind: "AuthenticationConfiguration" });
    expect(readAuthenticationConfiguration(text, { ownIssuers: [] })).toEqual({ jwt: [] });
  });

  it.each([
    [{ issuer: { audiences: ["a"] } }, /jwt\[0\]\.issuer\.url: Required value/],
    [
      { issuer: { url: "http://a/?b#c", audiences: ["a"] } },
      /scheme must be https.*contain a query.*contain a fragment/,
    ],
    [{ issuer: { url: "https://own.example", audiences: ["a"] } }, /URL must not overlap with disallowed issuers/],
    [{ issuer: { url: URL } }, /jwt\[0\]\.issuer\.audiences: Required value/],
    [{ issuer: { url: URL, audiences: ["a", "b"] } }, /audienceMatchPolicy must be MatchAny for multiple audiences/],
    [{ issuer: { url: URL, discoveryURL: `${URL}/`, audiences: ["a"] } }, /discoveryURL must be different from URL/],
    [{ claimMappings: {} }, /username: Required value: claim or expression is required/],
    [{ claimMappings: { username: { claim: "sub" } } }, /prefix is required when claim is set/],
    [{ claimMappings: { username: { claim: "sub", prefix: "", expression: "'a'" } } }, /can't both be set/],
    [{ claimMappings: { username: { expression: "claims.email" } } }, /claims\.email_verified must be used/],
    [
      { claimMappings: { ...base.claimMappings, extra: [{ key: "k8s.io/a", valueExpression: "'a'" }] } },
      /are reserved for Kubernetes use/,
    ],
    [{ claimValidationRules: [{}] }, /claim or expression is required/],
    [{ userValidationRules: [{}] }, /userValidationRules\[0\]\.expression: Required value/],
    [{ claimMappings: { username: { expression: "claims." } } }, /username\.expression.*compilation failed/s],
    [{ userValidationRules: [{ expression: "nobody.name" }] }, /undeclared reference to 'nobody'/],
    [{ unknown: 1 }, /unknown field "jwt\[0\]\.unknown"/],
  ])("with %j is refused", (jwt, message) => {
    expect(() => read(jwt)).toThrow(message);
  });

  it("does not name conditions for nobody", () => {
    const anonymous = { enabled: false, conditions: [{ path: "/x" }] };
    expect(() => read({}, { anonymous })).toThrow(/enabled should be set to true/);
    expect(read({}, { anonymous: { enabled: true } }).anonymous).toEqual({ enabled: true, conditions: undefined });
  });
});
