// Tokens that we sign verify; those of others, altered or out of date do not, each in its way.
import { generateKeyPairSync } from "node:crypto";
import { seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, test } from "vitest";
import type { TokenClaims } from "../token.ts";
import { nodePki } from "./node-pki.ts";
import { tokenSigner, tokenVerifier } from "./tokens.ts";

const clock = virtualClock();
const pki = nodePki({ clock, random: seededRandom(1) });
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const now = clock.nowMs() / 1000;
const CLAIMS: TokenClaims = {
  iss: ISSUER,
  sub: "system:serviceaccount:default:web",
  aud: [ISSUER],
  exp: now + 3600,
  iat: now,
  nbf: now,
  jti: "3f6d",
  "kubernetes.io": { namespace: "default", serviceaccount: { name: "web", uid: "u" } },
};

function rsaKey(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

describe("token", () => {
  test("of ours gives its claims back, for EC keys and for RSA keys", async () => {
    for (const key of [await pki.createTokenKey(), rsaKey()]) {
      const signer = await tokenSigner(key.privateKey);
      const verifier = await tokenVerifier({ publicKeys: [key.publicKey], issuers: [ISSUER], clock });
      const token = await signer.sign(CLAIMS);
      expect(await verifier.verify(token)).toEqual(CLAIMS);
      expect(await verifier.verify(token)).toEqual(CLAIMS); // from the cache
      expect(verifier.jwks.keys.map((k) => k["kid"])).toEqual([signer.keyId]);
    }
  });

  test("that is no JWT, of another issuer, or of an unknown key is none of ours", async () => {
    const [mine, other] = [await pki.createTokenKey(), await pki.createTokenKey()];
    const verifier = await tokenVerifier({ publicKeys: [mine.publicKey], issuers: [ISSUER], clock });
    expect(await verifier.verify("opaque")).toBeUndefined();
    expect(await verifier.verify("a.b.c")).toBeUndefined();
    expect(await verifier.verify("")).toBeUndefined();
    const foreign = await (await tokenSigner(mine.privateKey)).sign({ ...CLAIMS, iss: "https://accounts.example" });
    expect(await verifier.verify(foreign)).toBeUndefined();
    expect(await verifier.verify(await (await tokenSigner(other.privateKey)).sign(CLAIMS))).toBeUndefined();
  });

  test("that was altered is invalid", async () => {
    const key = await pki.createTokenKey();
    const verifier = await tokenVerifier({ publicKeys: [key.publicKey], issuers: [ISSUER], clock });
    const [head, , signature] = (await (await tokenSigner(key.privateKey)).sign(CLAIMS)).split(".");
    const altered = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "system:serviceaccount:kube-system:x" }));
    const token = `${head}.${altered.toString("base64url")}.${signature}`;
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "TokenInvalid" });
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    await expect(verifier.verify(`${none}.${altered.toString("base64url")}.`)).rejects.toMatchObject({
      code: "TokenInvalid",
    });
  });

  test("counts from its start to its end, also once it is remembered", async () => {
    const key = await pki.createTokenKey();
    const time = virtualClock();
    const signer = await tokenSigner(key.privateKey);
    const verifier = await tokenVerifier({ publicKeys: [key.publicKey], issuers: [ISSUER], clock: time });
    const token = await signer.sign(CLAIMS);
    expect(await verifier.verify(token)).toEqual(CLAIMS);
    await time.advance(3_620_000);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "TokenExpired" });
    const later = await signer.sign({ ...CLAIMS, exp: now + 99_999, nbf: now + 9_000 });
    await expect(verifier.verify(later)).rejects.toMatchObject({ code: "TokenNotYetValid" });
  });

  test("signed by an earlier key still verifies", async () => {
    const [old, current] = [await pki.createTokenKey(), await pki.createTokenKey()];
    const publicKeys = [current.publicKey, old.publicKey];
    const verifier = await tokenVerifier({ publicKeys, issuers: [ISSUER], clock });
    expect(await verifier.verify(await (await tokenSigner(old.privateKey)).sign(CLAIMS))).toEqual(CLAIMS);
  });
});
