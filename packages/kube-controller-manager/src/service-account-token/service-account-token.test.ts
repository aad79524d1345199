// Secrets that ask for a token of a service account: they are filled, kept, and deleted with their account.
import { type Secret, secrets, serviceAccounts } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld({
    tokenSigner: { keyId: "k", sign: (claims) => Promise.resolve(`signed ${JSON.stringify(claims)}`) },
  });
  await world.create(serviceAccounts, {
    kind: "ServiceAccount",
    apiVersion: "v1",
    metadata: { name: "robot", namespace: "default" },
  });
});
afterEach(async () => await world.stop());

const secret = (account: string): Secret => ({
  kind: "Secret",
  apiVersion: "v1",
  type: "kubernetes.io/service-account-token",
  metadata: {
    name: "t",
    namespace: "default",
    annotations: { "kubernetes.io/service-account.name": account },
  },
});
const key = { namespace: "default", name: "t" };

it("fills a secret with token, CA and namespace, once", async () => {
  await world.create(secrets, secret("robot"));
  await world.pass(3);
  const { uid } = (await world.get(serviceAccounts, { namespace: "default", name: "robot" })).metadata;
  const { data = {}, metadata } = await world.get(secrets, key);
  expect(metadata.annotations).toMatchObject({ "kubernetes.io/service-account.uid": uid });
  expect([atob(data["ca.crt"] ?? ""), atob(data["namespace"] ?? "")]).toEqual(["PEM", "default"]);
  expect(JSON.parse(atob(data["token"] ?? "").slice("signed ".length))).toEqual({
    iss: "kubernetes/serviceaccount",
    sub: "system:serviceaccount:default:robot",
    aud: [],
    "kubernetes.io/serviceaccount/namespace": "default",
    "kubernetes.io/serviceaccount/secret.name": "t",
    "kubernetes.io/serviceaccount/service-account.name": "robot",
    "kubernetes.io/serviceaccount/service-account.uid": uid,
  });
  const before = world.requests.length;
  await world.pass(30);
  expect(world.requests.slice(before).filter((request) => request.includes("/secrets"))).toEqual([]);
});

it("puts back what somebody took out, and deletes it with its account", async () => {
  await world.create(secrets, secret("robot"));
  await world.pass(3);
  await world.edit(secrets, key, ({ data, ...rest }) => ({ ...rest, data: { token: data?.["token"] ?? "" } }));
  await world.pass(3);
  expect(Object.keys((await world.get(secrets, key)).data ?? {}).sort()).toEqual(["ca.crt", "namespace", "token"]);
  await world.client.resource(serviceAccounts).delete({ namespace: "default", name: "robot" }, {}, world.signal);
  await world.pass(1);
  await expect(world.get(secrets, key)).rejects.toSatisfy((error) => isStatus(error, "NotFound"));
});

it("takes a secret that is gone out of the list of its account", async () => {
  const robot = { namespace: "default", name: "robot" };
  await world.create(secrets, secret("robot"));
  await world.edit(serviceAccounts, robot, (one) => ({ ...one, secrets: [{ name: "t" }, { name: "mine" }] }));
  await world.pass(3);
  await world.client.resource(secrets).delete(key, {}, world.signal);
  await world.pass(3);
  expect((await world.get(serviceAccounts, robot)).secrets).toEqual([{ name: "mine" }]);
});

it("keeps a secret whose account its cache has not seen", async () => {
  world.interfere = (next) => async (request) => {
    if (request.method !== "GET" || request.path !== "/api/v1/serviceaccounts") return await next(request);
    const query = new URLSearchParams(request.query);
    query.set("labelSelector", "none=such");
    return await next({ ...request, query });
  };
  await world.restartControllers();
  await world.create(secrets, secret("robot"));
  await world.pass(30);
  expect(Object.keys((await world.get(secrets, key)).data ?? {}).sort()).toEqual(["ca.crt", "namespace", "token"]);
});
