// Tokens in secrets that accounts name and nobody uses, as pairs of a token and what becomes of it.
import { formatTime } from "@skates/apimachinery";
import type { Pod, Secret, ServiceAccount } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { bySecret } from "./controller.ts";
import { planLegacyTokens, TRACKING } from "./plan.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-06-30T12:00:00Z");
const on = (daysAgo: number): string => formatTime(NOW - daysAgo * DAY).slice(0, 10);
const USED = "kubernetes.io/legacy-token-last-used";
const ENDED = "kubernetes.io/legacy-token-invalid-since";
const NAME = "kubernetes.io/service-account.name";
const UID = "kubernetes.io/service-account.uid";

interface Given {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly madeAgo?: number;
  readonly type?: string;
  readonly named?: readonly string[];
  readonly pod?: Partial<Pod["spec"]>;
  readonly since?: string;
}
function outcome(given: Given): string {
  const {
    labels = {},
    annotations = { [NAME]: "a", [UID]: "u" },
    madeAgo = 900,
    named = ["t"],
    since = on(31),
  } = given;
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      namespace: "ns",
      name: "t",
      uid: "s",
      resourceVersion: "7",
      labels,
      annotations,
      creationTimestamp: formatTime(NOW - madeAgo * DAY),
    },
    type: given.type ?? "kubernetes.io/service-account-token",
  };
  const account: ServiceAccount = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { namespace: "ns", name: "a", uid: "u" },
    secrets: named.map((name) => ({ name })),
  };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "ns", name: "p" },
    spec: { containers: [], ...given.pod },
  };
  const tracking = { apiVersion: "v1", kind: "ConfigMap", metadata: TRACKING, data: { since } };
  const view = {
    secrets: createLister([secret]),
    serviceAccounts: createLister([account]),
    pods: createLister([pod], { secret: bySecret }),
    configMaps: createLister([tracking]),
  };
  const [action] = planLegacyTokens(view, NOW, 30 * DAY).stages.flat();
  if (action === undefined) return "stays";
  if (action.do === "delete") return `deleted at ${action.options?.preconditions?.resourceVersion}`;
  return action.do === "patch" ? JSON.stringify(action.patch) : action.do;
}
const LABELLED = JSON.stringify({
  type: "merge",
  body: { metadata: { resourceVersion: "7", labels: { [ENDED]: on(0) } } },
});
const env = [{ name: "E", valueFrom: { secretKeyRef: { name: "t", key: "token" } } }];

const PAIRS: readonly (readonly [string, Given, string])[] = [
  ["never used", {}, LABELLED],
  ["used long ago", { labels: { [USED]: on(31) } }, LABELLED],
  ["used of late", { labels: { [USED]: on(29) } }, "stays"],
  ["used on a day that cannot be read", { labels: { [USED]: "2020" } }, "stays"],
  ["used long ago, made of late", { madeAgo: 29, labels: { [USED]: on(31) } }, "stays"],
  ["mounted by a pod", { pod: { volumes: [{ name: "v", secret: { secretName: "t" } }] } }, "stays"],
  ["in the environment of a pod", { pod: { containers: [{ name: "c", env }] } }, "stays"],
  ["with which a pod pulls images", { pod: { imagePullSecrets: [{ name: "t" }] } }, "stays"],
  [
    "mounted by another way",
    { pod: { volumes: [{ name: "v", projected: { sources: [{ secret: { name: "t" } }] } }] } },
    "stays",
  ],
  ["of which too little is known yet", { since: on(30) }, "stays"],
  ["of which nothing is known", { since: "" }, "stays"],
  ["that the account does not name", { named: ["other"] }, "stays"],
  ["of an earlier account", { annotations: { [NAME]: "a", [UID]: "before" } }, "stays"],
  ["of another account", { annotations: { [NAME]: "b", [UID]: "u" } }, "stays"],
  ["that says no uid", { annotations: { [NAME]: "a" } }, LABELLED],
  ["of another type", { type: "Opaque" }, "stays"],
  ["ended of late", { labels: { [ENDED]: on(29) } }, "stays"],
  ["ended long ago", { labels: { [ENDED]: on(31) } }, "deleted at 7"],
  ["ended, and used since", { labels: { [ENDED]: on(31), [USED]: on(1) } }, "stays"],
  ["ended on a day that cannot be read", { labels: { [ENDED]: "x" } }, LABELLED],
];

it.each(PAIRS)("a token %s", (_title, given, becomes) => {
  expect(outcome(given)).toBe(becomes);
});
