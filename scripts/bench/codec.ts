/**
 * What the schema derivers cost for a pod of 1.6 kB, beside JSON.parse and JSON.stringify of the same text. Prints microseconds
 * per call and the ratio to JSON.parse. Run: npx tsx scripts/bench/codec.ts
 */
import {
  type ApiObject,
  applyDefaults,
  decodeJson,
  decodeProtobuf,
  decodeStored,
  encodeJson,
  encodeProtobuf,
  updateManagedFields,
  validateObjectMeta,
  validateValue,
} from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import { Bench } from "tinybench";

const sent = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web-7d4b9c6f5-x2x7p",
    generateName: "web-7d4b9c6f5-",
    namespace: "default",
    labels: { app: "web", "pod-template-hash": "7d4b9c6f5", "app.kubernetes.io/part-of": "shop" },
    annotations: { "example.com/checksum": "0f3c1b5d9e8a7f60", "prometheus.io/scrape": "true" },
    ownerReferences: [
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: "web-7d4b9c6f5",
        uid: "6f8a1c9e-2b3d-4e5f-8a9b-0c1d2e3f4a5b",
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  spec: {
    containers: [
      {
        name: "web",
        image: "registry.example.com/shop/web:1.24.3",
        ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
        env: [
          { name: "LOG_LEVEL", value: "info" },
          { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
        ],
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 10 },
        volumeMounts: [
          { name: "config", mountPath: "/etc/web", readOnly: true },
          { name: "cache", mountPath: "/var/cache/web" },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: "web-config" } },
      { name: "cache", emptyDir: {} },
    ],
    tolerations: [
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    ],
    terminationGracePeriodSeconds: 30,
    serviceAccountName: "web",
    nodeSelector: { "kubernetes.io/os": "linux" },
  },
};

const schema = pods.schema;
const text = JSON.stringify(sent);
const bytes = new TextEncoder().encode(text);
const { object } = decodeJson<Pod & ApiObject>(schema, bytes);
const complete = applyDefaults(schema, object);
const owned = updateManagedFields({
  struct: schema,
  manager: "bench",
  apiVersion: "v1",
  nowMs: 0,
  old: undefined,
  next: complete,
});
const stored = new TextEncoder().encode(
  encodeJson(schema, { ...complete, metadata: { ...complete.metadata, managedFields: owned } }),
);
const storedText = new TextDecoder().decode(stored);
const protobuf = encodeProtobuf(schema, complete);
const changed = { ...complete, metadata: { ...complete.metadata, labels: { ...complete.metadata.labels, x: "y" } } };
const own = { struct: schema, manager: "bench", apiVersion: "v1", nowMs: 0, ignore: ["status"] };
const rules = { namespaced: true } as const;

function create(): string {
  const decoded = decodeJson<Pod & ApiObject>(schema, bytes).object;
  const full = applyDefaults(schema, decoded);
  const managedFields = updateManagedFields({ ...own, old: undefined, next: full });
  const next = { ...full, metadata: { ...full.metadata, managedFields } };
  if (validateValue(schema, next).length > 0 || validateObjectMeta(next.metadata, rules).length > 0) {
    throw new Error("the pod is valid");
  }
  return encodeJson(schema, next);
}

const bench = new Bench({ time: 500, warmupTime: 200 });
bench
  .add("JSON.parse", () => JSON.parse(text) as unknown)
  .add("JSON.stringify", () => JSON.stringify(sent))
  .add("decodeJson", () => decodeJson(schema, bytes))
  .add("JSON.parse of stored", () => JSON.parse(storedText) as unknown)
  .add("decodeStored", () => decodeStored(schema, stored))
  .add("applyDefaults", () => applyDefaults(schema, object))
  .add("applyDefaults, complete", () => applyDefaults(schema, complete))
  .add("validateValue", () => validateValue(schema, complete))
  .add("validateObjectMeta", () => validateObjectMeta(complete.metadata, rules))
  .add("managedFields, create", () => updateManagedFields({ ...own, old: undefined, next: complete }))
  .add("managedFields, update", () => updateManagedFields({ ...own, old: complete, next: changed }))
  .add("encodeJson", () => encodeJson(schema, complete))
  .add("encodeProtobuf", () => encodeProtobuf(schema, complete))
  .add("decodeProtobuf", () => decodeProtobuf(schema, protobuf))
  .add("create: decode to encode", create);
await bench.run();

const parse = bench.tasks[0];
const micros = (task: (typeof bench.tasks)[number] | undefined): number =>
  task?.result.state === "completed" ? task.result.latency.p50 * 1000 : Number.NaN;
console.log(`pod: ${text.length} bytes sent, ${stored.length} stored, ${protobuf.length} as protobuf`);
for (const task of bench.tasks) {
  const time = micros(task);
  console.log(
    `${task.name.padEnd(26)} ${time.toFixed(2).padStart(8)} us  ${(time / micros(parse)).toFixed(2)} x JSON.parse`,
  );
}
