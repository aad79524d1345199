// Who may do what, as kubectl shows it: tokens of service accounts, roles and bindings, what may be granted.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kubectl, ok, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import type { Ran } from "./skates.ts";

const ns = useNamespace("access");
const scratch = mkdtempSync(join(tmpdir(), "skates-access-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** kubectl as the account, by a token of its own instead of the administrator's certificate. */
async function asBot(args: readonly string[]): Promise<Ran> {
  const token = (await ok(["-n", ns, "create", "token", "bot"])).trim();
  const view = JSON.parse(await ok(["config", "view", "--minify", "--raw", "-o", "json"]));
  const { cluster } = view.clusters[0];
  const ca = join(scratch, "ca.crt");
  writeFileSync(ca, Buffer.from(cluster["certificate-authority-data"], "base64"));
  // The later --kubeconfig counts: nothing of the administrator's is sent.
  const who = ["--kubeconfig", "/dev/null", "--server", cluster.server, "--certificate-authority", ca];
  return await kubectl([...who, "--token", token, "-n", ns, ...args]);
}

test("a token gives what a binding grants, in its namespace", async () => {
  await ok(["-n", ns, "create", "serviceaccount", "bot"]);
  const before = await asBot(["get", "pods"]);
  expect(before.stderr).toContain(
    `pods is forbidden: User "system:serviceaccount:${ns}:bot" cannot list resource "pods" in API group "" in the namespace "${ns}"`,
  );
  await ok(["-n", ns, "create", "rolebinding", "bot", "--clusterrole=view", `--serviceaccount=${ns}:bot`]);
  await eventually("the binding works", async () => ((await asBot(["get", "pods"])).code === 0 ? true : undefined));
  expect((await asBot(["get", "secrets"])).stderr).toContain("secrets is forbidden");
  expect((await asBot(["auth", "can-i", "list", "pods"])).stdout.trim()).toBe("yes");
  expect((await asBot(["auth", "can-i", "delete", "pods"])).stdout.trim()).toBe("no");
  expect((await asBot(["auth", "can-i", "--list"])).stdout).toMatch(/^configmaps\s.*\[get list watch\]/mu);
});

test("nobody grants what they do not have", async () => {
  await ok(["-n", ns, "create", "rolebinding", "bot-admin", "--clusterrole=admin", `--serviceaccount=${ns}:bot`]);
  const make = async (resource: string) =>
    await asBot(["create", "role", resource, "--verb=get", `--resource=${resource}`]);
  await eventually("the binding works", async () => ((await make("pods")).code === 0 ? true : undefined));
  expect((await make("nodes")).stderr).toContain(
    'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
  );
});

test("labels bring rules into the roles that collect", async () => {
  await ok(["create", "clusterrole", "access-nodes", "--verb=list", "--resource=nodes"]);
  await ok(["label", "clusterrole", "access-nodes", "rbac.authorization.k8s.io/aggregate-to-view=true"]);
  await eventually("view has the rule, and edit and admin by it", async () => {
    const rules = await ok(["get", "clusterrole", "admin", "-o", "json"]);
    return JSON.parse(rules).rules.some((rule: { resources: readonly string[] }) => rule.resources.includes("nodes"))
      ? true
      : undefined;
  });
  await ok(["delete", "clusterrole", "access-nodes"]);
});
