// Flags of authentication: the files they name, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { AUTHENTICATION_FLAGS, authenticationFrom } from "./authentication.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-flags-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const read = (...argv: readonly string[]) => authenticationFrom(parseFlags("up", AUTHENTICATION_FLAGS, argv).flags);
const kubeconfig = file(
  "hook",
  `apiVersion: v1
kind: Config
current-context: c
clusters: [{name: a, cluster: {server: "https://hook.example/authn"}}]
users: [{name: u, user: {token: secret}}]
contexts: [{name: c, context: {cluster: a, user: u}}]
`,
);

it("leaves the defaults of the server when nothing is given", async () => {
  expect(await read()).toEqual({ bootstrapTokens: true });
});

it("reads files and switches", async () => {
  const settings = await read(
    "--anonymous-auth=false",
    `--token-auth-file=${file("tokens", "t,u,1\n")}`,
    "--enable-bootstrap-token-auth=false",
    `--authentication-token-webhook-config-file=${kubeconfig}`,
    "--authentication-token-webhook-version=v1",
    "--authentication-token-webhook-cache-ttl=1m30s",
  );
  expect(settings.anonymous?.()).toEqual({ enabled: false });
  expect({ ...settings, anonymous: undefined }).toEqual({
    anonymous: undefined,
    tokenFile: "t,u,1\n",
    bootstrapTokens: false,
    webhook: {
      target: { url: "https://hook.example/authn", credentials: { token: "secret", insecure: false } },
      version: "v1",
      cacheMs: 90_000,
    },
  });
});

it.each([
  [["--token-auth-file=/nowhere"], /--token-auth-file .* cannot be used/],
  [[`--token-auth-file=${file("short", "a,b\n")}`], /at least 3 columns/],
  [[`--authentication-token-webhook-config-file=${file("empty", "")}`], /cannot be used: the kubeconfig is empty/],
  [
    [`--authentication-token-webhook-config-file=${kubeconfig}`, "--authentication-token-webhook-version=v2"],
    /unsupported authentication webhook version "v2"/,
  ],
  [
    [`--authentication-token-webhook-config-file=${kubeconfig}`, "--authentication-token-webhook-cache-ttl=soon"],
    /invalid value "soon" for flag --authentication-token-webhook-cache-ttl/,
  ],
])("refuses %j", async (argv, message) => {
  await expect(read(...argv)).rejects.toThrow(message);
});
