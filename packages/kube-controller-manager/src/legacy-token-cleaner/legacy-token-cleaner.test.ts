// Tokens in secrets that accounts name and nobody uses are ended, later deleted; those in use, mounted or made by hand stay.
import type { ApiObject } from "@skates/apimachinery";
import type { ConfigMap, Pod, Secret, ServiceAccount } from "@skates/api/core/v1";
import type { Action, Lister } from "@skates/controller-runtime";
import { describe, expect, it } from "vitest";
import { type LegacyTokenView, planLegacyTokens } from "./plan.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-06-30T12:00:00Z");
const on = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10);
const secret = (labels: Record<string, string>, uid = "u"): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    namespace: "ns",
    name: "t",
    uid: "s",
    resourceVersion: "7",
    labels,
    creationTimestamp: "2020-01-01T00:00:00Z",
    annotations: { "kubernetes.io/service-account.uid": uid },
  },
  type: "kubernetes.io/service-account-token",
});
const account: ServiceAccount = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { namespace: "ns", name: "a", uid: "u" },
  secrets: [{ name: "t" }],
};

function lister<T extends ApiObject>(items: readonly T[]): Lister<T> {
  return {
    get: () => items[0],
    list: () => items,
    matching: () => items,
    by: () => items,
    count: () => items.length,
    values: () => [],
    resourceVersion: () => "",
  };
}
const plan = (token: Secret, { mounted = false, since = 100, named = account } = {}): readonly Action[] => {
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [] } };
  const tracking: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "k" },
    data: { since: on(since) },
  };
  const view: LegacyTokenView = {
    secrets: lister([token]),
    serviceAccounts: lister([named]),
    pods: lister(mounted ? [pod] : []),
    configMaps: lister([tracking]),
  };
  return planLegacyTokens(view, NOW, 30 * DAY).stages.flat();
};
const USED = "kubernetes.io/legacy-token-last-used";
const ENDED = "kubernetes.io/legacy-token-invalid-since";

describe("a token", () => {
  it.each([
    ["used of late", plan(secret({ [USED]: on(29) }))],
    ["mounted by a pod", plan(secret({}), { mounted: true })],
    ["of which too little is known yet", plan(secret({}), { since: 29 })],
    ["that the account does not name", plan(secret({}), { named: { ...account, secrets: [] } })],
    ["of an earlier account", plan(secret({}, "other"))],
    ["ended of late", plan(secret({ [ENDED]: on(29) }))],
  ])("%s stays as it is", (_title, actions) => {
    expect(actions).toEqual([]);
  });

  it("unused for long is ended, and after as long again deleted", () => {
    expect(plan(secret({ [USED]: on(31) }))).toEqual([
      expect.objectContaining({
        do: "patch",
        patch: { type: "merge", body: { metadata: { resourceVersion: "7", labels: { [ENDED]: on(0) } } } },
      }),
    ]);
    expect(plan(secret({ [ENDED]: on(31) }))).toEqual([expect.objectContaining({ do: "delete", uid: "s" })]);
  });
});
