// A kubeconfig reads back as what kubectl expects; credentials are inline.
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { renderKubeconfig } from "./kubeconfig.ts";

const COMMON = {
  server: "https://127.0.0.1:6443",
  ca: "CA\n",
  cluster: "skates",
  user: "skates-admin",
  context: "skates",
};

test("certificates are inline, in base64", () => {
  const text = renderKubeconfig({ ...COMMON, credentials: { cert: "CERT\n", key: "KEY\n" } });
  expect(load(text)).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "skates", cluster: { "certificate-authority-data": btoa("CA\n"), server: "https://127.0.0.1:6443" } },
    ],
    users: [
      {
        name: "skates-admin",
        user: { "client-certificate-data": btoa("CERT\n"), "client-key-data": btoa("KEY\n") },
      },
    ],
    contexts: [{ name: "skates", context: { cluster: "skates", user: "skates-admin" } }],
    "current-context": "skates",
    preferences: {},
  });
});

test("a token and a namespace stand where kubectl looks for them", () => {
  const text = renderKubeconfig({ ...COMMON, namespace: "web", credentials: { token: "t0" } });
  expect(load(text)).toMatchObject({
    users: [{ user: { token: "t0" } }],
    contexts: [{ context: { namespace: "web" } }],
  });
});
