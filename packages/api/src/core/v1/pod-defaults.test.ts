// Pods are completed as upstream completes them.
import { applyDefaults } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { madeObject } from "../../testing.ts";
import { Pod, pods } from "./pod.ts";
import { container, pod } from "./testing/pod.ts";

test("an almost empty pod is completed as upstream completes it", () => {
  expect(madeObject(pods, { spec: { containers: [{ name: "a", image: "nginx" }] } }).spec).toEqual({
    containers: [
      {
        name: "a",
        image: "nginx",
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
        imagePullPolicy: "Always",
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
  });
});

test.each([
  ["nginx", "Always"],
  ["nginx:latest", "Always"],
  ["nginx:1.27", "IfNotPresent"],
  ["localhost:5000/nginx", "Always"],
  ["localhost:5000/nginx:1", "IfNotPresent"],
  [`nginx@sha256:${"a".repeat(64)}`, "IfNotPresent"],
  [`nginx:latest@sha256:${"a".repeat(64)}`, "Always"],
  ["Not/Valid Name", "IfNotPresent"],
])("the image %s is pulled %s", (image, policy) => {
  const [first] = madeObject(pods, { spec: { containers: [{ name: "a", image }] } }).spec.containers;
  expect(first?.imagePullPolicy).toBe(policy);
});

test("requests follow limits, and host ports the container's on the host's network", () => {
  const given = {
    ...container,
    ports: [{ containerPort: 80 }],
    resources: { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "1" } },
  };
  const [first] = madeObject(pods, { spec: { hostNetwork: true, containers: [given] } }).spec.containers;
  expect(first?.resources?.requests).toEqual({ cpu: "1", memory: "1Gi" });
  expect(first?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: "TCP" }]);
});

test("volumes get modes, and an emptyDir where no source is given", () => {
  const volumes = [{ name: "a" }, { name: "b", configMap: { name: "c" } }, { name: "d", image: { reference: "x" } }];
  expect(madeObject(pods, pod({ volumes })).spec.volumes).toEqual([
    { name: "a", emptyDir: {} },
    { name: "b", configMap: { name: "c", defaultMode: 420 } },
    { name: "d", image: { reference: "x", pullPolicy: "Always" } },
  ]);
});

test("probes get their numbers", () => {
  const given = { ...container, livenessProbe: { httpGet: { port: 80 } } };
  expect(madeObject(pods, { spec: { containers: [given] } }).spec.containers[0]?.livenessProbe).toEqual({
    httpGet: { path: "/", port: 80, scheme: "HTTP" },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
});

test("the service account is known by both its names", () => {
  const { serviceAccountName, serviceAccount } = madeObject(pods, pod({ serviceAccount: "robot" })).spec;
  expect([serviceAccountName, serviceAccount]).toEqual(["robot", "robot"]);
  const renamed = madeObject(pods, pod({ serviceAccount: "robot", serviceAccountName: "other" })).spec;
  expect([renamed.serviceAccountName, renamed.serviceAccount]).toEqual(["other", "other"]);
});

test("what does not change is shared", () => {
  const once = madeObject(pods, pod({ volumes: [{ name: "v" }] }));
  expect(applyDefaults(Pod, once)).toBe(once);
});

test("quantities finer than a thousandth are rounded up", () => {
  const given = { ...container, resources: { requests: { cpu: "1500u" } } };
  const [first] = madeObject(pods, { spec: { containers: [given] } }).spec.containers;
  expect(first?.resources?.requests).toEqual({ cpu: "2m" });
});
