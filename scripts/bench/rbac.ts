/** Authorization: time of one decision with 2,000 roles and bindings, by the server's own authorizer over its own cache. */
// Run: npx tsx scripts/bench/rbac.ts
import { performance } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "@skates/api/rbac/v1";
import type { UserInfo } from "@skates/apimachinery";
import { type AuthorizationAttributes, type Authorizer, createApiServer } from "@skates/apiserver";
import { openTo } from "@skates/apiserver/testing";
import { clientFor } from "@skates/client";
import { createEnv } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { createAuthorizer, defaultPolicy, NODE_AND_RBAC, PolicySource } from "@skates/kube-apiserver";
import { memoryStore } from "@skates/storage";
import { median, report } from "./lib/figure.ts";

const BINDINGS = 2000;
const ROUNDS = 9;
const DECISIONS = 20_000;
const GROUP = "rbac.authorization.k8s.io";
const clock = systemClock();
const random = systemRandom();
const env = createEnv({ clock, random });
const ending = new AbortController();
const { signal } = ending;

const server = createApiServer({
  env,
  store: memoryStore({ clock }),
  resources: [clusterRoles, clusterRoleBindings, roles, roleBindings],
  ...openTo({ name: "bench", groups: [] }),
  turn: () => turn(),
});
const running = server.run(signal);
while (!server.ready()) await turn();
const client = clientFor(server.loopback({ name: "bench", groups: [] }), { userAgent: "bench/1", clock, random });

const policy = defaultPolicy();
for (const object of policy.clusterRoles) await client.resource(clusterRoles).create(object, {}, signal);
for (const object of policy.clusterRoleBindings) await client.resource(clusterRoleBindings).create(object, {}, signal);
for (let i = 0; i < BINDINGS; i++) {
  const name = `r${i}`;
  const meta = { apiVersion: `${GROUP}/v1`, metadata: { name } };
  const rules = [{ verbs: ["get", "list"], apiGroups: ["apps"], resources: ["deployments"], resourceNames: [name] }];
  const roleRef = { apiGroup: GROUP, kind: "ClusterRole", name };
  const subjects = [{ kind: "User", apiGroup: GROUP, name: `user-${i % 200}` }];
  await client.resource(clusterRoles).create({ ...meta, kind: "ClusterRole", rules }, {}, signal);
  await client
    .resource(clusterRoleBindings)
    .create({ ...meta, kind: "ClusterRoleBinding", roleRef, subjects }, {}, signal);
}
const source = new PolicySource(server.registry, policy);
source.settle();
const authorizer = createAuthorizer({
  env,
  registry: server.registry,
  source,
  webhooks: { call: () => Promise.reject(new Error("no webhooks here")) },
  settings: () => NODE_AND_RBAC,
});

await measure(
  "a decision by the last of a user's 10 bindings",
  (i) => ask(`user-${i % 200}`, "get", `r${1800 + (i % 200)}`),
  "allow",
);
await measure(
  "a decision that finds nothing in 10 bindings",
  (i) => ask(`user-${i % 200}`, "delete", "r1"),
  "no opinion",
);
await measure("a decision on somebody without bindings", () => ask("nobody", "get", "r1"), "no opinion");
ending.abort(new Error("done"));
await running;

async function measure(
  what: string,
  question: (i: number) => AuthorizationAttributes,
  expected: "allow" | "no opinion",
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await decide(authorizer, question, expected);
    times.push(((performance.now() - start) * 1000) / DECISIONS);
  }
  report({ what: `${what}, of ${BINDINGS}`, value: median(times), unit: "us", aim: 20 });
}

async function decide(
  by: Authorizer,
  question: (i: number) => AuthorizationAttributes,
  expected: string,
): Promise<void> {
  for (let i = 0; i < DECISIONS; i++) {
    const { decision } = await by.authorize(question(i), signal);
    if (decision !== expected) throw new Error(`${decision} instead of ${expected}`);
  }
}

function ask(name: string, verb: string, object: string): AuthorizationAttributes {
  const user: UserInfo = { name, groups: ["system:authenticated", "staff"] };
  const of = { group: "apps", version: "v1", resource: "deployments", subresource: "", namespace: "default" };
  return { user, verb, resourceRequest: true, path: "", ...of, name: object };
}
