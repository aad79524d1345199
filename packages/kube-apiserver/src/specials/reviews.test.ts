import { expect, onTestFinished, test } from "vitest";
import { ADMIN, startTestServer } from "../node/testing.ts";

test("an answer that is no object has no row in a table", async () => {
  const at = await startTestServer();
  onTestFinished(() => at.stop());
  const account = "/api/v1/namespaces/default/serviceaccounts";
  await at.call({ user: ADMIN }, "POST", account, { metadata: { name: "asker" } });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { body: granted } = await at.call({ user: ADMIN }, "POST", `${account}/asker/token`, request);
  const { token } = granted.status;
  const ask = async (accept: string): Promise<number> => {
    const kind = "SelfSubjectAccessReview";
    const spec = { nonResourceAttributes: { path: "/", verb: "get" } };
    const body = new TextEncoder().encode(JSON.stringify({ apiVersion: "authorization.k8s.io/v1", kind, spec }));
    const mediaType = "application/json";
    const { status } = await at.server.handler({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      query: new URLSearchParams(),
      headers: { accept, authorization: `Bearer ${token}`, "content-type": mediaType },
      body: { kind: "bytes", mediaType, read: () => Promise.resolve(body) },
      peer: { tls: { remoteAddress: "127.0.0.1" } },
      signal: new AbortController().signal,
    });
    return status;
  };
  const table = "application/json;as=Table;v=v1;g=meta.k8s.io";
  expect([await ask(table), await ask(`${table},application/json`), await ask("application/json")]).toEqual([
    406, 201, 201,
  ]);
});
