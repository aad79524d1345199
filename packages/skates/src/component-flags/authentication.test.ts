// Flags of authentication: the files they name, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { virtualClock } from "@skates/component-base";
import { Issuers, OPEN_PATHS } from "@skates/kube-apiserver";
import { parseFlags } from "../cli/flags.ts";
import { AUTHENTICATION_FLAGS, authenticationFrom } from "./authentication.ts";
import { OIDC_FLAGS } from "./oidc.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-flags-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const issuers = new Issuers({
  clock: virtualClock(),
  keysOf: () => ({ verify: () => Promise.reject(new Error("unused")) }),
});
const parts = { issuers, ownIssuers: ["https://kubernetes.default.svc"] };
const all = (...argv: readonly string[]) =>
  authenticationFrom(parseFlags("up", { ...AUTHENTICATION_FLAGS, ...OIDC_FLAGS }, argv).flags, parts);
const read = async (...argv: readonly string[]) => {
  const { anonymous, issuers: _issuers, ...settings } = (await all(...argv)).settings;
  return { ...settings, access: anonymous?.() };
};
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
  expect(await read()).toEqual({ bootstrapTokens: true, access: OPEN_PATHS });
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
  expect(settings).toEqual({
    access: { enabled: false },
    tokenFile: "t,u,1\n",
    bootstrapTokens: false,
    webhook: {
      target: { url: "https://hook.example/authn", credentials: { token: "secret", insecure: false } },
      version: "v1",
      cacheMs: 90_000,
    },
  });
});

it("reads the configuration file again; one that is wrong changes nothing", async () => {
  const config = (conditions: string) =>
    `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous: {enabled: true, conditions: ${conditions}}
`;
  const path = file("config", config("[{path: /livez}]"));
  const { settings, files } = await all(`--authentication-config=${path}`);
  expect(settings.anonymous?.()).toEqual({ enabled: true, conditions: [{ path: "/livez" }] });
  writeFileSync(path, config("[]"));
  await Promise.all(files.map(({ reload }) => reload()));
  expect(settings.anonymous?.()).toEqual({ enabled: true });
  writeFileSync(path, "kind: Nothing");
  await expect(Promise.all(files.map(({ reload }) => reload()))).rejects.toThrow("is expected");
  expect(settings.anonymous?.()).toEqual({ enabled: true });
});

it.each([
  [["--oidc-issuer-url=https://a"], /must be specified together/],
  [["--oidc-issuer-url=http://a", "--oidc-client-id=c"], /https:/],
  [
    ["--oidc-issuer-url=https://a", "--oidc-client-id=c", "--oidc-signing-algs=none"],
    /unsupported signing alg: "none"/,
  ],
  [["--oidc-issuer-url=https://a", "--oidc-client-id=c", "--oidc-required-claim=x"], /KEY=VALUE/],
  [
    ["--oidc-issuer-url=https://a", "--oidc-client-id=c", `--authentication-config=${kubeconfig}`],
    /mutually exclusive/,
  ],
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
