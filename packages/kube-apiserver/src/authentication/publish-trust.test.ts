// Whom aggregated servers shall trust stands in a ConfigMap that is kept right.
import { afterEach, expect, it } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../node/testing.ts";
import { REQUEST_HEADERS } from "./request-header.ts";

const PATH = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
let server: TestServer | undefined;
afterEach(() => server?.stop());

it("says what upstream's says, in JSON where that is a list", async () => {
  const requestHeader = { ...REQUEST_HEADERS, clientCa: "FRONT", allowedNames: ["front-proxy-client"] };
  const own = await startTestServer({ trust: () => ({ clientCa: "CA", requestHeader }) });
  server = own;
  await expect
    .poll(async () => (await own.call({ user: ADMIN }, "GET", PATH)).body.data)
    .toEqual({
      "client-ca-file": "CA",
      "requestheader-allowed-names": '["front-proxy-client"]',
      "requestheader-client-ca-file": "FRONT",
      "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
      "requestheader-group-headers": '["X-Remote-Group"]',
      "requestheader-uid-headers": '["X-Remote-Uid"]',
      "requestheader-username-headers": '["X-Remote-User"]',
    });
});

it("is not there when nobody is trusted", async () => {
  server = await startTestServer();
  expect((await server.call({ user: ADMIN }, "GET", PATH)).status).toBe(404);
});
