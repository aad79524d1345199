// DefaultStorageClass and DefaultIngressClass: who gets the default class, and which class that is.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PluginServer, startPluginServer } from "./testing.ts";

let server: PluginServer;
beforeAll(async () => {
  server = await startPluginServer();
});
afterAll(() => server.at.stop());

const claim = (name: string, more: { annotations?: object; spec?: object } = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, annotations: more.annotations ?? {} },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...more.spec },
});
const storageClass = (name: string, annotations: object) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations },
  provisioner: "x.example.com",
});
const postClaim = async (body: object) =>
  (await server.post("namespaces/work/persistentvolumeclaims", body)).body.spec.storageClassName;

it("gives claims the default storage class", async () => {
  expect(await postClaim(claim("before"))).toBe("local-path");
  const classes = "/apis/storage.k8s.io/v1/storageclasses";
  const current = { "storageclass.kubernetes.io/is-default-class": "true" };
  await server.post(classes, storageClass("b", current));
  await server.post(classes, storageClass("a", { "storageclass.beta.kubernetes.io/is-default-class": "true" }));
  await server.post(classes, storageClass("other", { "storageclass.kubernetes.io/is-default-class": "false" }));
  // Of equally new ones the first by name.
  expect(["a", "b"]).toContain(await postClaim(claim("plain")));
  expect(await postClaim(claim("none", { spec: { storageClassName: "" } }))).toBe("");
  expect(await postClaim(claim("named", { spec: { storageClassName: "other" } }))).toBe("other");
  const old = { "volume.beta.kubernetes.io/storage-class": "other" };
  expect(await postClaim(claim("old", { annotations: old }))).toBeUndefined();
});

it("gives ingresses the default ingress class", async () => {
  const annotations = { "ingressclass.kubernetes.io/is-default-class": "true" };
  await server.post("/apis/networking.k8s.io/v1/ingressclasses", {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: "gate", annotations },
    spec: { controller: "x.example.com/y" },
  });
  const post = async (name: string, metadata: object, spec: object) => {
    const ingress = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name, ...metadata },
      spec: { defaultBackend: { service: { name: "s", port: { number: 80 } } }, ...spec },
    };
    const answer = await server.post("/apis/networking.k8s.io/v1/namespaces/work/ingresses", ingress);
    return answer.body.spec.ingressClassName;
  };
  expect(await post("plain", {}, {})).toBe("gate");
  expect(await post("own", {}, { ingressClassName: "own" })).toBe("own");
  expect(await post("old", { annotations: { "kubernetes.io/ingress.class": "x" } }, {})).toBeUndefined();
});
