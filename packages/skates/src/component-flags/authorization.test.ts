// Flags of authorization: modes in order, the files they need, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { AUTHORIZATION_FLAGS, authorizationFrom } from "./authorization.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-flags-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const read = (...argv: readonly string[]) => authorizationFrom(parseFlags("up", AUTHORIZATION_FLAGS, argv).flags);
const kubeconfig = file(
  "hook",
  `{"current-context": "c", "clusters": [{"name": "a", "cluster": {"server": "https://hook.example/authz"}}], "contexts": [{"name": "c", "context": {"cluster": "a"}}]}`,
);

it("reads modes in order, with their files", async () => {
  expect(await read()).toEqual([{ type: "Node" }, { type: "RBAC" }]);
  const settings = await read(
    "--authorization-mode=Node,ABAC,Webhook",
    `--authorization-policy-file=${file("policies", "{}")}`,
    `--authorization-webhook-config-file=${kubeconfig}`,
    "--authorization-webhook-cache-unauthorized-ttl=1s",
  );
  expect(settings).toEqual([
    { type: "Node" },
    { type: "ABAC", policies: "{}" },
    {
      type: "Webhook",
      name: "default",
      target: { url: "https://hook.example/authz", credentials: { insecure: false } },
      version: "v1beta1",
      timeoutMs: 30_000,
      authorizedMs: 300_000,
      unauthorizedMs: 1000,
      onError: "no opinion",
    },
  ]);
});

it.each([
  [["--authorization-mode=Magic"], /"Magic" is not a valid mode/],
  [["--authorization-mode=RBAC,RBAC"], /more than once/],
  [["--authorization-mode=ABAC"], /policy file not passed/],
  [["--authorization-mode=Webhook"], /config file not passed/],
  [["--authorization-mode=RBAC", `--authorization-policy-file=${file("p", "")}`], /without mode ABAC/],
  [["--authorization-mode=ABAC", `--authorization-policy-file=${file("bad", "{")}`], /line 1 is no JSON/],
])("refuses %j", async (argv, message) => {
  await expect(read(...argv)).rejects.toThrow(message);
});
