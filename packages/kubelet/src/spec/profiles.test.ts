// Profiles of containers from what pods, nodes and old annotations say; names that would lead elsewhere, or nowhere, are refused.
import type { Container, Pod, SeccompProfile } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { appArmorOf, seccompOf } from "./profiles.ts";

const pod = (securityContext: Pod["spec"]["securityContext"], annotations = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", annotations },
  spec: { containers: [], securityContext },
});
const plain: Container = { name: "c" };
const local = (localhostProfile?: string): SeccompProfile => ({
  type: "Localhost",
  ...(localhostProfile === undefined ? {} : { localhostProfile }),
});

test("seccomp: the container's, else the pod's, else the node's default", () => {
  const settings = { byDefault: false, root: "/s" };
  const own: Container = { name: "c", securityContext: { seccompProfile: { type: "Unconfined" } } };
  expect([
    seccompOf(pod(undefined), plain, settings),
    seccompOf(pod(undefined), plain, { ...settings, byDefault: true }),
    seccompOf(pod({ seccompProfile: { type: "RuntimeDefault" } }), plain, settings),
    seccompOf(pod({ seccompProfile: { type: "RuntimeDefault" } }), own, { ...settings, byDefault: true }),
    seccompOf(pod({ seccompProfile: local("a/b.json") }), plain, settings),
  ]).toEqual([
    { type: "Unconfined" },
    { type: "RuntimeDefault" },
    { type: "RuntimeDefault" },
    { type: "Unconfined" },
    { type: "Localhost", name: "/s/a/b.json" },
  ]);
});

// The hole (CVE-2023-2431): a Localhost profile without a name was taken for no profile, and the container ran unconfined.
test.each([undefined, ""])("an empty localhost profile (%j) is refused, and nothing runs unconfined", (name) => {
  expect(() => seccompOf(pod({ seccompProfile: local(name) }), plain, { byDefault: false, root: "/s" })).toThrow(
    "localhostProfile must be set if seccompProfile type is Localhost.",
  );
});

// The hole: a name with `..` loads any file of the node as a profile.
test.each(["../x", "a/../../x", "/etc/x"])("a localhost profile %s that leads elsewhere is refused", (name) => {
  expect(() => seccompOf(pod({ seccompProfile: local(name) }), plain, { byDefault: false, root: "/s" })).toThrow(
    "must be a relative path without '..'",
  );
});

test("AppArmor: the container's, else its old annotation, else the pod's", () => {
  const key = "container.apparmor.security.beta.kubernetes.io/c";
  const shared = { appArmorProfile: { type: "RuntimeDefault" } } as const;
  const own: Container = {
    name: "c",
    securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "x" } },
  };
  expect([
    appArmorOf(pod(undefined), plain),
    appArmorOf(pod(shared), plain),
    appArmorOf(pod(shared, { [key]: "localhost/y" }), plain),
    appArmorOf(pod(shared, { [key]: "unconfined" }), plain),
    appArmorOf(pod(shared, { [key]: "nonsense" }), plain),
    appArmorOf(pod(shared, { [key]: "unconfined" }), own),
  ]).toEqual([
    undefined,
    { type: "RuntimeDefault" },
    { type: "Localhost", name: "y" },
    { type: "Unconfined" },
    { type: "RuntimeDefault" },
    { type: "Localhost", name: "x" },
  ]);
  expect(() => appArmorOf(pod({ appArmorProfile: { type: "Localhost" } }), plain)).toThrow(
    "missing localhost apparmor",
  );
});
