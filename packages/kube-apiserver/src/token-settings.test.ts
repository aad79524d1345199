// What flags change about tokens of service accounts: how long they live, and where the keys are that check them.
import { afterEach, expect, it } from "vitest";
import type { TokenOptions } from "./authentication/token-options.ts";
import { ADMIN, type Caller, ISSUER, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const YEAR = 365 * 24 * 3600;
let at: TestServer | undefined;
afterEach(() => at?.stop());

/** A token that admission's volume asks for, and one for a long time, from a server with such tokens. */
async function tokens(settings: Partial<TokenOptions>) {
  at = await startTestServer({}, settings);
  const { call } = at;
  const space = "/api/v1/namespaces/default";
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } };
  await call(admin, "POST", `${space}/serviceaccounts`, account);
  const spec = { serviceAccountName: "robot", containers: [{ name: "c", image: "i" }] };
  await call(admin, "POST", `${space}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec });
  const request = async (wanted: object) => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: wanted };
    const answer = await call(admin, "POST", `${space}/serviceaccounts/robot/token`, body);
    const { exp, iat, ...claims } = JSON.parse(
      Buffer.from(answer.body.status.token.split(".")[1] ?? "", "base64url").toString(),
    );
    const { warnafter } = claims["kubernetes.io"];
    return {
      lives: exp - iat,
      ...(warnafter === undefined ? {} : { warned: warnafter - iat }),
      told: answer.body.spec.expirationSeconds,
      warnings: answer.warnings ?? [],
    };
  };
  const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "p" };
  return [await request({ expirationSeconds: 3607, boundObjectRef }), await request({ expirationSeconds: 2 * YEAR })];
}

it("lets tokens of pods live on for clients that do not renew them, when told so, and says when they are late", async () => {
  expect(await tokens({ extended: true })).toEqual([
    { lives: YEAR, warned: 3607, told: 3607, warnings: [] },
    { lives: 2 * YEAR, told: 2 * YEAR, warnings: [] },
  ]);
});

it("shortens what is asked for beyond the most, with a warning", async () => {
  expect(await tokens({ extended: true, secondsMax: 7200 })).toEqual([
    { lives: 7200, warned: 3607, told: 3607, warnings: [] },
    {
      lives: 7200,
      told: 7200,
      warnings: [`requested expiration of ${2 * YEAR} seconds shortened to 7200 seconds`],
    },
  ]);
});

it("says that its keys are elsewhere", async () => {
  at = await startTestServer({}, { jwksUri: "https://keys.example/jwks" });
  expect((await at.call(admin, "GET", "/.well-known/openid-configuration")).body).toMatchObject({
    issuer: ISSUER,
    jwks_uri: "https://keys.example/jwks",
  });
});
