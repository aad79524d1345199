// Secrets that ask for a token of an account, as pairs: whose they are, and how they are filled.
import type { Secret, ServiceAccount } from "@skates/api/core/v1";
import { describe, expect, it } from "vitest";
import { askedOf, filledSecret, isAsked, legacyClaims, withoutSecret } from "./plan.ts";

const TYPE = "kubernetes.io/service-account-token";
const NAME = "kubernetes.io/service-account.name";
const UID = "kubernetes.io/service-account.uid";
type Text = Readonly<Record<string, string>>;

const account: ServiceAccount = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { namespace: "n", name: "robot", uid: "u" },
  secrets: [{ name: "t" }, { name: "other" }],
};
function secret(annotations: Text, data: Text = {}, type = TYPE): Secret {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, btoa(text)]));
  return {
    apiVersion: "v1",
    kind: "Secret",
    type,
    metadata: { namespace: "n", name: "t", annotations },
    data: encoded,
  };
}

describe("whose a secret is", () => {
  it.each<[string, Secret, boolean]>([
    ["by name and uid", secret({ [NAME]: "robot", [UID]: "u" }), true],
    ["by name, not yet filled", secret({ [NAME]: "robot" }), true],
    ["of an account that was made anew", secret({ [NAME]: "robot", [UID]: "before" }), false],
    ["of another account", secret({ [NAME]: "jane", [UID]: "u" }), false],
    ["of none", secret({}), false],
    ["of another type", secret({ [NAME]: "robot" }, {}, "Opaque"), false],
  ])("%s", (_title, given, its) => {
    const asked = askedOf(given);
    expect(asked !== undefined && isAsked(asked, account)).toBe(its);
  });
});

describe("how a secret is filled", () => {
  const full = { "ca.crt": "PEM", namespace: "n", token: "TOKEN" };
  it.each<[string, Text, string, Text | undefined]>([
    ["an empty one", {}, "PEM", full],
    ["one that is full", full, "PEM", undefined],
    ["without a token", { "ca.crt": "PEM", namespace: "n" }, "PEM", full],
    ["with a token of its own", { token: "MINE" }, "PEM", { ...full, token: "MINE" }],
    ["with another namespace, which stays", { ...full, namespace: "other" }, "PEM", undefined],
    ["with the certificates of yesterday", { ...full, "ca.crt": "OLD" }, "PEM", full],
    ["when there are no certificates", { ...full, "ca.crt": "OLD" }, "", undefined],
    ["with more of somebody else's", { more: "x" }, "PEM", { more: "x", ...full }],
  ])("%s", (_title, data, caBundle, becomes) => {
    const given = secret({ [NAME]: "robot", a: "b" }, data);
    const filled = filledSecret(given, { account, caBundle, token: "TOKEN" });
    expect(filled).toEqual(becomes === undefined ? given : secret({ [NAME]: "robot", [UID]: "u", a: "b" }, becomes));
  });

  it("with a token that says who it is for", () => {
    expect(legacyClaims(secret({ [NAME]: "robot" }), account)).toEqual({
      iss: "kubernetes/serviceaccount",
      sub: "system:serviceaccount:n:robot",
      aud: [],
      "kubernetes.io/serviceaccount/namespace": "n",
      "kubernetes.io/serviceaccount/secret.name": "t",
      "kubernetes.io/serviceaccount/service-account.name": "robot",
      "kubernetes.io/serviceaccount/service-account.uid": "u",
    });
  });
});

it("an account no longer names a secret that is gone", () => {
  expect(withoutSecret(account, "t").secrets).toEqual([{ name: "other" }]);
  expect(withoutSecret(account, "unknown")).toBe(account);
});
