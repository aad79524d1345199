// Kubeconfig files as people have them: data and files, the chosen context, and what is refused.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseKubeconfig } from "../kubeconfig.ts";
import { readKubeconfig } from "./kubeconfig.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "skates-kubeconfig-"));
});
afterEach(() => rm(directory, { recursive: true }));

const config = (user: string, cluster = ""): string => `
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: c, user: u, namespace: team}}
- {name: there, context: {cluster: d, user: u}}
clusters:
- name: c
  cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: ${btoa("CA")}${cluster}}
- {name: d, cluster: {server: "https://other", insecure-skip-tls-verify: true, tls-server-name: n}}
users:
- {name: u, user: {${user}}}
`;

test("data and files are read, files relative to the kubeconfig, tokens each time", async () => {
  await writeFile(join(directory, "cert.pem"), "CERT");
  await writeFile(join(directory, "token"), "first\n");
  await writeFile(
    join(directory, "config"),
    config(`client-certificate: cert.pem, client-key-data: ${btoa("KEY")}, tokenFile: token`),
  );
  const { token, ...rest } = await readKubeconfig(join(directory, "config"));
  expect(rest).toEqual({
    server: "https://127.0.0.1:6443",
    serverName: undefined,
    insecure: false,
    namespace: "team",
    ca: "CA",
    cert: "CERT",
    key: "KEY",
  });
  expect(await token?.()).toBe("first");
  await writeFile(join(directory, "token"), "second");
  expect(await token?.()).toBe("second");
});

test("another context can be asked for", () => {
  expect(parseKubeconfig(config("token: t"), "there")).toMatchObject({
    server: "https://other",
    serverName: "n",
    insecure: true,
    namespace: undefined,
    token: { text: "t" },
  });
});

test.each([
  ["", undefined, "the kubeconfig is empty"],
  ["{", undefined, "the kubeconfig is no YAML"],
  ["kind: Config", undefined, "no context is chosen"],
  [config("token: t"), "nowhere", 'there is no context "nowhere"'],
  [config("exec: {command: aws}"), undefined, "users with exec are not supported"],
  [config("token: t", ', proxy-url: "http://p"'), undefined, "proxy-url is not supported"],
  [config('client-key-data: "%%%"'), undefined, "client-key-data is no base64"],
])("what cannot be used is named (%#)", (text, context, message) => {
  expect(() => parseKubeconfig(text, context)).toThrow(message);
});

test("a file that is missing is named", async () => {
  await writeFile(join(directory, "config"), config("client-certificate: gone.pem"));
  await expect(readKubeconfig(join(directory, "config"))).rejects.toThrow(join(directory, "gone.pem"));
});
