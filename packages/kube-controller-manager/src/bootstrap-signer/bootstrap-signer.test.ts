// cluster-info is there, signed with each token that signs, and no longer when a token has ended; ended tokens are deleted.
import { configMaps, type Secret, secrets } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld({
    clusterInfo: {
      kubeconfig: () => "where",
      node: { clusterDomain: "cluster.local" },
      sign: (text, { id, secret }) => `${text} ${id} ${secret}`,
    },
  });
});
afterEach(async () => await world.stop());

const token = (id: string, more: Readonly<Record<string, string>>): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  type: "bootstrap.kubernetes.io/token",
  metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
  data: Object.fromEntries(
    Object.entries({ "token-id": id, "token-secret": "0123456789abcdef", ...more }).map(([key, text]) => [
      key,
      btoa(text),
    ]),
  ),
});
const info = async () => (await world.get(configMaps, { namespace: "kube-public", name: "cluster-info" })).data;

it("signs with tokens that are good, and deletes those that have ended", async () => {
  const expiration = formatTime(world.clock.nowMs() + 60_000);
  const signs = { "usage-bootstrap-signing": "true" };
  await world.create(secrets, token("aaaaaa", signs));
  await world.create(secrets, token("bbbbbb", { ...signs, expiration }));
  await world.create(secrets, token("cccccc", { "usage-bootstrap-authentication": "true" }));
  await world.pass(3);
  expect(await info()).toEqual({
    kubeconfig: "where",
    "jws-kubeconfig-aaaaaa": "where aaaaaa 0123456789abcdef",
    "jws-kubeconfig-bbbbbb": "where bbbbbb 0123456789abcdef",
  });
  await world.pass(70);
  expect(await info()).toEqual({ kubeconfig: "where", "jws-kubeconfig-aaaaaa": "where aaaaaa 0123456789abcdef" });
  const left = (await world.list(secrets, "kube-system")).map(({ metadata }) => metadata.name);
  expect(left).toEqual(["bootstrap-token-aaaaaa", "bootstrap-token-cccccc"]);
  expect((await world.get(configMaps, { namespace: "kube-system", name: "skates-node" })).data).toEqual({
    clusterDomain: "cluster.local",
  });
});
