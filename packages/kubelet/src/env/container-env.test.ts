// The environment of containers: sources, precedence, expansion, and upstream's texts for what is missing.
import type { EnvVar, Pod, Service } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { noReferences, type References } from "../references.ts";
import { containerEnv } from "./container-env.ts";
import { expand } from "./expand.ts";

const service = (namespace: string, name: string, clusterIP: string): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace, name },
  spec: {
    clusterIP,
    ports: [
      { port: 80, name: "web" },
      { port: 53, protocol: "UDP", name: "dns" },
    ],
  },
});
const references: References = {
  ...noReferences,
  services: () =>
    Promise.resolve([
      service("default", "kubernetes", "10.96.0.1"),
      service("n", "my-svc", "10.96.0.9"),
      service("n", "headless", "None"),
    ]),
  configMap: (namespace, name) =>
    Promise.resolve(
      name === "cm"
        ? { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data: { A: "1", B: "2" } }
        : undefined,
    ),
  secret: (namespace, name) =>
    Promise.resolve(
      name === "se"
        ? { apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, data: { K: btoa("geheim") } }
        : undefined,
    ),
};

async function envOf(
  env: readonly EnvVar[],
  more: Partial<Pod["spec"]["containers"][number]> = {},
  spec: Partial<Pod["spec"]> = {},
) {
  const container = { name: "c", env, resources: { limits: { cpu: "500m", memory: "64Mi" } }, ...more };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u", labels: { "a/b": "c" } },
    spec: { containers: [container], nodeName: "node1", serviceAccountName: "sa", enableServiceLinks: false, ...spec },
  };
  const addresses = { podIps: ["10.0.0.2", "fd00::2"], hostIps: ["192.168.0.1"] };
  const request = { pod, container, addresses, allocatable: { cpu: "4", memory: "8Gi" } };
  return new Map(await containerEnv(references, request, new AbortController().signal));
}
const field = (fieldPath: string): EnvVar => ({ name: "X", valueFrom: { fieldRef: { fieldPath } } });
const resource = (name: string, divisor?: string): EnvVar => ({
  name: "X",
  valueFrom: { resourceFieldRef: { resource: name, divisor } },
});

test("the API's own service is always there, others of the namespace with service links", async () => {
  const bare = await envOf([]);
  expect(bare.get("KUBERNETES_SERVICE_HOST")).toBe("10.96.0.1");
  expect(bare.has("MY_SVC_SERVICE_HOST")).toBe(false);
  const linked = await envOf([], {}, { enableServiceLinks: true });
  expect(Object.fromEntries([...linked].filter(([k]) => k.startsWith("MY_SVC")))).toEqual({
    MY_SVC_SERVICE_HOST: "10.96.0.9",
    MY_SVC_SERVICE_PORT: "80",
    MY_SVC_SERVICE_PORT_WEB: "80",
    MY_SVC_SERVICE_PORT_DNS: "53",
    MY_SVC_PORT: "tcp://10.96.0.9:80",
    MY_SVC_PORT_80_TCP: "tcp://10.96.0.9:80",
    MY_SVC_PORT_80_TCP_PROTO: "tcp",
    MY_SVC_PORT_80_TCP_PORT: "80",
    MY_SVC_PORT_80_TCP_ADDR: "10.96.0.9",
    MY_SVC_PORT_53_UDP: "udp://10.96.0.9:53",
    MY_SVC_PORT_53_UDP_PROTO: "udp",
    MY_SVC_PORT_53_UDP_PORT: "53",
    MY_SVC_PORT_53_UDP_ADDR: "10.96.0.9",
  });
});

test("later sources win, and values use what stands before them", async () => {
  const env = await envOf(
    [
      { name: "A", value: "own-$(P_B)-$(LATER)-$$(A)" },
      { name: "LATER", value: "x" },
      { name: "HOST", value: "$(KUBERNETES_SERVICE_HOST)" },
      { name: "S", valueFrom: { secretKeyRef: { name: "se", key: "K" } } },
    ],
    {
      envFrom: [
        { configMapRef: { name: "cm" } },
        { prefix: "P_", configMapRef: { name: "cm" } },
        { secretRef: { name: "se" } },
      ],
    },
  );
  expect(Object.fromEntries([...env].filter(([k]) => !k.startsWith("KUBERNETES")))).toEqual({
    A: "own-2-$(LATER)-$(A)",
    B: "2",
    P_A: "1",
    P_B: "2",
    K: "geheim",
    LATER: "x",
    HOST: "10.96.0.1",
    S: "geheim",
  });
});

test.each([
  ["metadata.name", "p"],
  ["metadata.uid", "u"],
  ["metadata.labels['a/b']", "c"],
  ["metadata.annotations['none']", ""],
  ["spec.nodeName", "node1"],
  ["spec.serviceAccountName", "sa"],
  ["status.hostIP", "192.168.0.1"],
  ["status.podIP", "10.0.0.2"],
  ["status.podIPs", "10.0.0.2,fd00::2"],
])("field %s", async (path, value) => expect((await envOf([field(path)])).get("X")).toBe(value));

test.each([
  ["limits.cpu", undefined, "1"],
  ["limits.cpu", "1m", "500"],
  ["limits.memory", "1Mi", "64"],
  ["requests.memory", undefined, "67108864"],
  ["limits.ephemeral-storage", undefined, "0"],
])("resource %s by %s", async (name, divisor, value) =>
  expect((await envOf([resource(name, divisor)])).get("X")).toBe(value),
);

test("a limit that is not set is what the node can give", async () => {
  expect((await envOf([resource("limits.memory", "1Gi")], { resources: {} })).get("X")).toBe("8");
});

test.each([
  [{ configMapKeyRef: { name: "gone", key: "k" } }, 'configmap "gone" not found'],
  [{ configMapKeyRef: { name: "cm", key: "k" } }, "couldn't find key k in ConfigMap n/cm"],
  [{ secretKeyRef: { name: "se", key: "k" } }, "couldn't find key k in Secret n/se"],
  [{ fieldRef: { fieldPath: "spec.none" } }, "unsupported fieldPath: spec.none"],
])("missing: %j", async (valueFrom, message) => {
  await expect(envOf([{ name: "X", valueFrom }])).rejects.toThrow(message);
});

test("what is optional may be missing", async () => {
  const env = await envOf([{ name: "X", valueFrom: { secretKeyRef: { name: "gone", key: "k", optional: true } } }], {
    envFrom: [{ secretRef: { name: "gone", optional: true } }],
  });
  expect(env.has("X")).toBe(false);
});

test.each([
  ["$(A)", "1"],
  ["$$(A)", "$(A)"],
  ["$(B)", "$(B)"],
  ["$A $ $", "$A $ $"],
  ["$(A", "$(A"],
  ["$$$(A)", "$1"],
])("expand %s", (text, expected) => expect(expand(text, new Map([["A", "1"]]))).toBe(expected));
