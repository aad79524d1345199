// The file that configures plugins: inline, by path, in the older forms, and what is refused.
import { describe, expect, it } from "vitest";
import { readAdmissionConfiguration } from "./configuration.ts";

const FILES: Readonly<Record<string, string>> = { "quota.yaml": "kind: ResourceQuotaConfiguration\n" };
const read = (text: string) => Object.fromEntries(readAdmissionConfiguration(text, (path) => FILES[path] ?? ""));
const HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n";

describe("readAdmissionConfiguration", () => {
  it("takes configurations inline and by path, inline first, the first entry of a plugin only", () => {
    const text = `${HEAD}plugins:
- name: PodSecurity
  configuration: {kind: PodSecurityConfiguration, apiVersion: x}
  path: ignored.yaml
- name: ResourceQuota
  path: quota.yaml
- name: ResourceQuota
  path: ignored.yaml
- name: EventRateLimit
`;
    expect(read(text)).toEqual({
      PodSecurity: '{"kind":"PodSecurityConfiguration","apiVersion":"x"}',
      ResourceQuota: "kind: ResourceQuotaConfiguration\n",
    });
  });

  it.each([
    ["PodNodeSelector", "podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: a=b}"],
    ["ImagePolicyWebhook", "imagePolicy: {defaultAllow: true}"],
  ])("takes the older file of %s as it is", (name, text) => {
    expect(read(text)).toEqual({ [name]: text });
  });

  it.each([
    ["- a", "an object with apiVersion and kind is expected"],
    ["kind: Other\napiVersion: v1", "v1 Other cannot be read here"],
    [`${HEAD}plugin: []`, 'strict decoding error: unknown field "plugin"'],
    [`${HEAD}plugins: [{path: x}]`, "plugins[0].name: Required value"],
    ["a: [", "error converting YAML to JSON"],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
