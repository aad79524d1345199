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
const all = (...argv: readonly string[]) => authorizationFrom(parseFlags("up", AUTHORIZATION_FLAGS, argv).flags);
const read = async (...argv: readonly string[]) => (await all(...argv)).settings();
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

const config = (authorizers: object[]) =>
  JSON.stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthorizationConfiguration", authorizers });
const webhook = {
  timeout: "3s",
  subjectAccessReviewVersion: "v1",
  failurePolicy: "Deny",
  unauthorizedTTL: "10s",
  cacheAuthorizedRequests: false,
  connectionInfo: { type: "KubeConfigFile", kubeConfigFile: kubeconfig },
};

it("reads a configuration file, and again when it changes", async () => {
  const path = file(
    "config",
    config([
      { type: "Webhook", name: "first", webhook },
      { type: "RBAC", name: "roles" },
    ]),
  );
  const { settings, files } = await all(`--authorization-config=${path}`);
  expect(settings()).toEqual([
    {
      type: "Webhook",
      name: "first",
      target: { url: "https://hook.example/authz", credentials: { insecure: false } },
      version: "v1",
      timeoutMs: 3000,
      authorizedMs: 0,
      unauthorizedMs: 10_000,
      onError: "deny",
    },
    { type: "RBAC" },
  ]);
  const before = settings();
  writeFileSync(path, config([]));
  await expect(Promise.all(files.map(({ reload }) => reload()))).rejects.toThrow(/at least one authorization mode/);
  expect(settings()).toBe(before);
  writeFileSync(path, config([{ type: "RBAC", name: "roles" }]));
  await Promise.all(files.map(({ reload }) => reload()));
  expect(settings()).toEqual([{ type: "RBAC" }]);
});

it.each([
  [{}, /type: Required value/],
  [{ type: "ABAC", name: "a" }, /type: Unsupported value: "ABAC"/],
  [{ type: "RBAC" }, /name: Required value/],
  [{ type: "RBAC", name: "A_" }, /authorizer name is invalid/],
  [{ type: "RBAC", name: "a", webhook }, /may only be specified when type=Webhook/],
  [{ type: "Webhook", name: "a" }, /required when type=Webhook/],
  [{ type: "Webhook", name: "a", webhook: { ...webhook, timeout: "31s" } }, /must be > 0s and <= 30s/],
  [
    { type: "Webhook", name: "a", webhook: { ...webhook, failurePolicy: "Ignore" } },
    /failurePolicy: Unsupported value/,
  ],
  [{ type: "Webhook", name: "a", webhook: { ...webhook, connectionInfo: { type: "InClusterConfig" } } }, /Unsupported/],
  [
    { type: "Webhook", name: "a", webhook: { ...webhook, matchConditions: [{ expression: "true" }] } },
    /required if match conditions are specified/,
  ],
])("refuses a file with %j", async (authorizer, message) => {
  await expect(all(`--authorization-config=${file("wrong", config([authorizer]))}`)).rejects.toThrow(message);
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
