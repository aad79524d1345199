// Keys of an issuer, over HTTPS: signatures that count, keys that are turned over, and an issuer that cannot be asked.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { seededRandom, virtualClock } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { nodePki } from "@skates/pki/node";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SIGNING_ALGORITHMS } from "../authentication/jwt/issuer-keys.ts";
import { issuerKeys } from "./issuer-keys.ts";

const signal = new AbortController().signal;
let published: readonly object[] = [];
let fetches = 0;
let issuer = "";
let ca = "";
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
  const pki = nodePki({ clock: systemClock(), random: seededRandom("issuer") });
  const authority = await pki.createCa("issuer-ca", 86_400_000);
  ca = authority.cert;
  const leaf = { commonName: "issuer", ipAddresses: ["127.0.0.1"], usages: ["server"], validMs: 86_400_000 } as const;
  server = createServer(await pki.authority(authority).issue(leaf), ({ url }, response) => {
    const keys = url === "/keys";
    if (keys) fetches += 1;
    response.end(JSON.stringify(keys ? { keys: published } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function signer(kid: string, alg = "RS256") {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid },
    token: await new SignJWT({ sub: kid }).setProtectedHeader({ alg, kid }).sign(privateKey),
  };
}

it("gives the claims of what a published key has signed, and fetches again for keys that it does not know", async () => {
  const clock = virtualClock();
  const [first, second, stranger] = [await signer("1"), await signer("2", "ES256"), await signer("1")];
  const keys = issuerKeys(clock)({ issuer, ca, algorithms: SIGNING_ALGORITHMS });
  published = [first.jwk];
  for (let i = 0; i < 3; i++) expect(await keys.verify(first.token, signal)).toEqual({ sub: "1" });
  expect(fetches).toBe(1);
  const wrong = { code: "TokenInvalid", message: expect.stringContaining("failed to verify signature") };
  await expect(keys.verify(stranger.token, signal)).rejects.toMatchObject(wrong);
  published = [second.jwk];
  await expect(keys.verify(second.token, signal)).rejects.toMatchObject(wrong);
  expect(fetches).toBe(1);
  await clock.advance(10_000);
  expect(await keys.verify(second.token, signal)).toEqual({ sub: "2" });
  await expect(keys.verify(first.token, signal)).rejects.toMatchObject(wrong);
  expect(fetches).toBe(2);
});

it("refuses algorithms that are not wanted and what is no token, and says when the issuer cannot be asked", async () => {
  const { token } = await signer("1");
  const refusal = async (ofIssuer: string, text: string, algorithms = SIGNING_ALGORITHMS): Promise<unknown> =>
    await issuerKeys(virtualClock())({ issuer: ofIssuer, ca, algorithms })
      .verify(text, signal)
      .catch((error: unknown) => error);
  expect(await refusal(issuer, token, ["ES256"])).toMatchObject({ code: "TokenInvalid" });
  expect(await refusal(issuer, "a.b.c")).toMatchObject({ code: "TokenInvalid" });
  expect(await refusal("https://127.0.0.1:1", token)).toMatchObject({ code: "TokenUnverified" });
});
