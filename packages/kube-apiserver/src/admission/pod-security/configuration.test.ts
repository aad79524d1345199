// Settings of PodSecurity from a text, and the policy that labels make of its defaults.
import { formatFieldError } from "@skates/apimachinery";
import { describe, expect, it } from "vitest";
import { podSecuritySettings } from "./configuration.ts";
import { policyOf } from "./levels.ts";

const HEAD = "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\n";
const plain = { level: "privileged", version: "latest" };

describe("podSecuritySettings", () => {
  it("asks nothing by default", () => {
    const { defaults } = podSecuritySettings(undefined);
    expect(defaults).toEqual({ enforce: plain, audit: plain, warn: plain });
    expect(podSecuritySettings(HEAD).defaults).toEqual(defaults);
  });

  it("reads levels, versions and exemptions", () => {
    const text = `${HEAD}defaults: {enforce: baseline, enforce-version: v1.30}\nexemptions: {namespaces: [kube-system], usernames: [joe], runtimeClasses: [kata]}`;
    expect(podSecuritySettings(text)).toEqual({
      defaults: { enforce: { level: "baseline", version: 30 }, audit: plain, warn: plain },
      namespaces: new Set(["kube-system"]),
      users: new Set(["joe"]),
      runtimeClasses: new Set(["kata"]),
    });
  });

  it.each([
    [
      "defaults: {enforce: strict}",
      'defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted',
    ],
    ["defaults: {audit-version: '1.2'}", 'defaults.audit-version: Invalid value: "1.2": must be "latest" or "v1.x"'],
    ["exemptions: {namespaces: [a, a]}", 'exemptions.namespaces[1]: Duplicate value: "a"'],
    ["exemptions: {usernames: ['']}", 'exemptions.usernames[0]: Invalid value: "": username must not be empty'],
    ["exemption: {}", 'unknown field "exemption"'],
  ])("refuses %s", (text, message) => {
    expect(() => podSecuritySettings(HEAD + text)).toThrow(message);
  });
});

describe("policyOf", () => {
  const { defaults } = podSecuritySettings(undefined);
  const of = (labels: Record<string, string>) =>
    policyOf(
      Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value])),
      defaults,
    );

  it("warns of what is enforced unless warnings are asked for", () => {
    const restricted = { level: "restricted", version: 30 };
    expect(of({ enforce: "restricted", "enforce-version": "v1.30" }).policy).toEqual({
      enforce: restricted,
      audit: plain,
      warn: restricted,
    });
    expect(of({ enforce: "restricted", warn: "baseline" }).policy.warn).toEqual({
      level: "baseline",
      version: "latest",
    });
  });

  it("enforces the most, and warns and notes the least, where labels cannot be read", () => {
    const { policy, errors } = of({ enforce: "x", audit: "y", "warn-version": "1" });
    expect(policy).toEqual({ enforce: { level: "restricted", version: "latest" }, audit: plain, warn: plain });
    expect(errors.map(formatFieldError)).toEqual([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "x": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "y": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1": must be "latest" or "v1.x"',
    ]);
  });
});
