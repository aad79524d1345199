// What `cluster-info` holds, as pairs: what is there and which tokens there are, and what is written.
import type { ConfigMap, Secret } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planClusterInfo } from "./controller.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const options = {
  kubeconfig: () => "where",
  node: {},
  sign: (text: string, { id, secret }: { readonly id: string; readonly secret: string }) => `${text} ${id} ${secret}`,
};
type Data = Readonly<Record<string, string>>;

function token(id: string, data: Data = {}, name = `bootstrap-token-${id}`): Secret {
  const all = { "token-id": id, "token-secret": "s", "usage-bootstrap-signing": "true", ...data };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "kube-system", name },
    type: "bootstrap.kubernetes.io/token",
    data: Object.fromEntries(Object.entries(all).map(([key, text]) => [key, btoa(text)])),
  };
}
const info = (data: Data): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "kube-public", name: "cluster-info" },
  data,
});
const signed = { kubeconfig: "where", "jws-kubeconfig-aaaaaa": "where aaaaaa s" };

const PAIRS: readonly (readonly [string, Data | undefined, readonly Secret[], Data | undefined])[] = [
  ["none yet", undefined, [], { kubeconfig: "where" }],
  ["none yet, and a token", undefined, [token("aaaaaa")], signed],
  ["a new token", { kubeconfig: "where" }, [token("aaaaaa")], signed],
  ["all as it should be", signed, [token("aaaaaa")], undefined],
  ["a token that is gone", signed, [], { kubeconfig: "where" }],
  ["a token that has ended", signed, [token("aaaaaa", { expiration: formatTime(nowMs) })], { kubeconfig: "where" }],
  [
    "a token that does not sign",
    signed,
    [token("aaaaaa", { "usage-bootstrap-signing": "1" })],
    { kubeconfig: "where" },
  ],
  ["a secret of another name", signed, [token("aaaaaa", {}, "bootstrap-token-bbbbbb")], { kubeconfig: "where" }],
  ["a token without a secret", signed, [token("aaaaaa", { "token-secret": "" })], { kubeconfig: "where" }],
  ["another place", { ...signed, kubeconfig: "there" }, [token("aaaaaa")], signed],
  ["a forged signature", { ...signed, "jws-kubeconfig-aaaaaa": "x" }, [token("aaaaaa")], signed],
  ["what others keep there", { ...signed, more: "theirs" }, [], { kubeconfig: "where", more: "theirs" }],
];

it.each(PAIRS)("%s", (_title, held, tokens, written) => {
  const view = { configMaps: createLister(held === undefined ? [] : [info(held)]), secrets: createLister(tokens) };
  const objects = planClusterInfo(view, options, nowMs)
    .stages.flat()
    .map((action) => ("object" in action ? action.object : action.do));
  expect(objects).toEqual(written === undefined ? [] : [expect.objectContaining({ data: written })]);
});

it("looks again when a token ends", () => {
  const tokens = [token("aaaaaa", { expiration: formatTime(nowMs + 3000) })];
  const view = { configMaps: createLister<ConfigMap>([]), secrets: createLister(tokens) };
  expect(planClusterInfo(view, options, nowMs).requeueAfterMs).toBe(3000);
});
