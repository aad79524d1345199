// Which credentials a request brings: tokens by header or by WebSocket protocol, what counts for nothing, and what is wrong.
import { silentLogger } from "@skates/component-base";
import type { ApiRequest } from "@skates/apimachinery";
import { expect, it } from "vitest";
import { createAuthenticator } from "./authenticator.ts";
import type { TokenMethod } from "./token-method.ts";

const tokens: TokenMethod = {
  authenticate: async (token, audiences) =>
    token === "good" ? { user: { name: "jane", groups: [] }, audiences } : undefined,
};
const { authenticate } = createAuthenticator({
  trust: () => ({}),
  tokens: () => tokens,
  anonymous: () => ({ enabled: true }),
  audiences: ["api"],
  log: silentLogger,
});

async function whoSends(headers: ApiRequest["headers"], peer: object = {}): Promise<string | undefined> {
  const request: ApiRequest = {
    method: "GET",
    path: "/api",
    query: new URLSearchParams(),
    headers,
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "", ...peer } },
    signal: new AbortController().signal,
  };
  return (await authenticate(request, request.signal))?.name;
}

it.each([
  [{ authorization: "Bearer good" }, "jane"],
  [{ authorization: "  bearer good and more" }, "jane"],
  [{ "sec-websocket-protocol": "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.Z29vZA" }, "jane"],
  [{ authorization: "Bearer bad" }, undefined],
  [{ "sec-websocket-protocol": "base64url.bearer.authorization.k8s.io.!" }, undefined],
  [{}, "system:anonymous"],
  [{ authorization: "Basic Z29vZA==" }, "system:anonymous"],
  [{ authorization: "Bearer" }, "system:anonymous"],
  [{ authorization: "Bearer  good" }, "system:anonymous"],
])("%j is %s, as upstream has it", async (headers, name) => {
  expect(await whoSends(headers)).toBe(name);
});

it("a certificate that does not verify is never taken for none", async () => {
  expect(await whoSends({}, { certificateFailure: "certificate has expired" })).toBe(undefined);
});
