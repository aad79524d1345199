// Definitions in the manner of ten well-known projects, applied by stock kubectl over TLS as they are; their objects made, completed,
// listed with their columns, changed and refused.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, silentLogger } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { renderKubeconfig } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { serveHandler, type ServingHandle } from "@skates/transport/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWebhookServer, type WebhookTestServer } from "../../packages/kube-apiserver/src/node/testing-webhooks.ts";
import { startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { webhookDialer } from "../../packages/kube-apiserver/src/node/webhook-dialer.ts";
import { type Ran, run } from "../e2e/skates.ts";

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const DAY_MS = 86_400_000;
let folder: string;
let at: TestServer;
let listener: ServingHandle;
let webhook: WebhookTestServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sk-operators-"));
  webhook = await startWebhookServer(({ body }) => (body.kind === "AdmissionReview" ? inject(body) : convert(body)));
  at = await startTestServer({ webhooks: webhookDialer() });
  const clock = systemClock();
  const pki = nodePki({ clock, random: seededRandom("operators") });
  const authority = await pki.createCa("kubernetes", DAY_MS);
  const issue = pki.authority(authority);
  const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], usages: ["server" as const] };
  const server = await issue.issue({ commonName: "kube-apiserver", ...names, validMs: DAY_MS });
  const credentials = await issue.issue({
    commonName: "kubernetes-admin",
    organizations: ["system:masters"],
    usages: ["client"],
    validMs: DAY_MS,
  });
  listener = await serveHandler({
    handler: at.server.handler,
    tls: { ...server, clientCas: [authority.cert] },
    address: "127.0.0.1",
    port: 0,
    log: silentLogger,
    clock,
  });
  const kubeconfig = renderKubeconfig({
    server: `https://127.0.0.1:${listener.port}`,
    ca: authority.cert,
    cluster: "test",
    user: "admin",
    context: "test",
    credentials,
  });
  writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
});
afterAll(async () => {
  await listener.close();
  await at.stop();
  await webhook.close();
  rmSync(folder, { recursive: true });
});

const kubectl = (...args: readonly string[]): Promise<Ran> =>
  run(KUBECTL, ["--kubeconfig", join(folder, "kubeconfig"), "--cache-dir", join(folder, "cache"), ...args]);

async function ok(...args: readonly string[]): Promise<string> {
  const ran = await kubectl(...args);
  expect(ran.code, `kubectl ${args.join(" ")}\n${ran.stdout}${ran.stderr}`).toBe(0);
  return ran.stdout;
}

/** Cells of a table of kubectl, row by row. */
const cells = (table: string): string[][] =>
  table
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s{2,}/));

/** v1 has a strategy where v1alpha3 says whether it runs. */
function convert({ apiVersion, kind, request }: any): object {
  const convertedObjects = request.objects.map(({ spec, ...object }: any) => {
    const { running, runStrategy, ...rest } = spec;
    const state =
      request.desiredAPIVersion === "machines.example.com/v1"
        ? { runStrategy: running === true ? "Always" : "Halted" }
        : { running: runStrategy === "Always" };
    return { ...object, apiVersion: request.desiredAPIVersion, spec: { ...rest, ...state } };
  });
  return { apiVersion, kind, response: { uid: request.uid, result: { status: "Success" }, convertedObjects } };
}

/** A proxy beside the container, and what leads the traffic to it before. */
function inject({ apiVersion, kind, request }: any): object {
  const injected = (request.object.spec.containers as readonly { name: string }[]).some(({ name }) => name === "proxy");
  const patch = [
    { op: "add", path: "/spec/containers/-", value: { name: "proxy", image: "mesh/proxy" } },
    { op: "add", path: "/spec/initContainers", value: [{ name: "redirect", image: "mesh/redirect" }] },
    { op: "add", path: "/metadata/labels/mesh.example.com~1injected", value: "true" },
  ];
  const answer = { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") };
  return { apiVersion, kind, response: { uid: request.uid, allowed: true, ...(injected ? {} : answer) } };
}

interface Project {
  readonly name: string;
  /** `<plural>.<group>/<name>`. */
  readonly object: string;
  /** The spec, complete. */
  readonly spec: object;
  /** `kubectl get -o wide`, without ages. */
  readonly wide: readonly (readonly string[])[];
  /** Merge patches that are refused, with a part of what is said. */
  readonly refused: readonly (readonly [patch: object, text: string])[];
}

const PROJECTS: readonly Project[] = [
  {
    name: "charts",
    object: "releases.charts.example.com/web",
    spec: {
      chart: { name: "nginx", version: "*" },
      interval: "5m",
      values: { replicas: 2, nested: { list: [1, "two", null] } },
    },
    wide: [
      ["NAME", "CHART", "READY", "AGE"],
      ["web", "nginx", expect.any(String)],
    ],
    refused: [
      [{ spec: { chart: { name: "" } } }, "spec.chart.name in body should be at least 1 chars long"],
      [{ spec: { interval: "often" } }, "spec.interval in body should match"],
    ],
  },
  {
    name: "certificates",
    object: "certificates.certs.example.com/web",
    spec: {
      secretName: "web-tls",
      dnsNames: ["example.com", "www.example.com"],
      issuerRef: { name: "corporate", kind: "Issuer" },
      privateKey: { algorithm: "RSA", size: 2048 },
    },
    wide: [
      ["NAME", "SECRET", "ISSUER", "EXPIRES"],
      ["web", "web-tls", "corporate"],
    ],
    refused: [
      [{ spec: { dnsNames: ["a.example", "a.example"] } }, 'spec.dnsNames[1]: Duplicate value: "a.example"'],
      [{ spec: { ipAddresses: ["10.0.0.1"] } }, "must validate one and only one schema (oneOf). Found 2 valid"],
      [{ spec: { issuerRef: { kind: "Other" } } }, 'supported values: "Issuer", "ClusterIssuer"'],
      [{ spec: { secretName: "Not_A_Name" } }, "must be of type k8s-long-name"],
      [
        { spec: { privateKey: { algorithm: "ECDSA" } } },
        "spec.privateKey.size: Invalid value: there is no curve of 2048 bits",
      ],
    ],
  },
  {
    name: "delivery",
    object: "applications.delivery.example.com/shop",
    spec: {
      source: { repoURL: "https://git.example.com/shop", targetRevision: "HEAD" },
      destinations: [
        { server: "https://one", namespace: "default" },
        { server: "https://two", namespace: "shop" },
      ],
    },
    wide: [
      ["NAME", "SYNC", "REVISION", "DESTINATIONS"],
      ["shop", "Synced", "HEAD", "https://one,https://two"],
    ],
    refused: [
      [{ spec: { destinations: [] } }, "spec.destinations in body should have at least 1 items"],
      [{ spec: { source: { repoURL: "not a uri" } } }, "must be of type uri"],
    ],
  },
  {
    name: "workflow",
    object: "workflows.flow.example.com/build",
    spec: {
      entrypoint: "main",
      parallelism: 2,
      templates: [
        { name: "main", retries: 3, steps: [["checkout"], ["test", "lint"]] },
        {
          name: "checkout",
          retries: "50%",
          pod: {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { labels: { step: "checkout" } },
            spec: { containers: [{ name: "main", image: "git" }] },
          },
        },
      ],
    },
    wide: [
      ["NAME", "ENTRY", "PARALLELISM"],
      ["build", "main", "2"],
    ],
    refused: [
      [{ spec: { parallelism: 3 } }, "spec.parallelism in body should be a multiple of 2"],
      [{ spec: { templates: [{ name: "a" }, { name: "a" }] } }, 'spec.templates[1]: Duplicate value: {"name":"a"}'],
      [{ spec: { templates: [{ name: "a", pod: { kind: "Pod" } }] } }, "pod.apiVersion: Required value"],
      [{ spec: { templates: [{ name: "a", retries: true }] } }, 'must be of type integer,string: "boolean"'],
    ],
  },
  {
    name: "monitoring",
    object: "collectors.monitoring.example.com/main",
    spec: { replicas: 1, retention: "24h", storage: "10Gi", externalLabels: { region: "north" } },
    wide: [
      ["NAME", "DESIRED", "READY", "PAUSED"],
      ["main", "1"],
    ],
    refused: [
      [
        { spec: { externalLabels: { a: "1", b: "2", c: "3" } } },
        "spec.externalLabels: Too many: 4: must have at most 3",
      ],
      [{ spec: { storage: "much" } }, "spec.storage in body should match"],
      [{ spec: { replicas: -1 } }, "should be greater than or equal to 0"],
      [{ spec: { storage: "500Mi" } }, "less than 1Gi holds no day of samples"],
      [{ spec: { replicas: 2, paused: true } }, "only a single collector pauses"],
    ],
  },
  {
    name: "policy",
    object: "constrainttemplates.policy.example.com/requiredlabels",
    spec: {
      crd: { spec: { names: { kind: "RequiredLabels" }, validation: { openAPIV3Schema: { type: "object" } } } },
      enforcement: "deny",
      targets: [{ target: "admission.example.com", rego: "package p" }],
    },
    wide: [
      ["NAME", "AGE"],
      ["requiredlabels", expect.any(String)],
    ],
    refused: [[{ spec: { enforcement: "dryrun" } }, '"spec" must not validate the schema (not)']],
  },
  {
    name: "mesh",
    object: "gateways.mesh.example.com/edge",
    spec: {
      selector: { app: "edge" },
      servers: [
        { port: 80, protocol: "HTTP", hosts: ["a.example.com"] },
        { port: 80, protocol: "GRPC" },
      ],
    },
    wide: [
      ["NAME", "AGE"],
      ["edge", expect.any(String)],
    ],
    refused: [
      [
        { spec: { servers: [{ port: 80 }, { port: 80 }] } },
        'spec.servers[1]: Duplicate value: {"port":80,"protocol":"HTTP"}',
      ],
    ],
  },
  {
    name: "storage",
    object: "clusters.storage.example.com/main",
    spec: {
      dataDir: "/var/lib/data",
      mon: { count: 3, allowMultiple: false },
      storage: { useAllNodes: false, nodes: [{ name: "n1", devices: [{ name: "sdb", extra: 1 }] }] },
    },
    wide: [
      ["NAME", "MONITORS", "HEALTH", "FIRST DEVICE"],
      ["main", "3", "sdb"],
    ],
    refused: [
      [{ spec: { mon: { count: 10 } } }, "spec.mon.count in body should be less than or equal to 9"],
      [{ spec: { dataDir: "/srv" } }, "spec.dataDir: Forbidden: data does not move"],
      [{ spec: { storage: { nodes: "all" } } }, 'spec.storage.nodes in body must be of type array: "string"'],
    ],
  },
  {
    name: "logging",
    object: "flows.logging.example.com/all",
    spec: {
      filters: [
        { parser: { type: "json", keepTime: true } },
        { grep: { regexp: [{ key: "level", pattern: "/error/" }] } },
      ],
      outputs: ["archive", "search"],
      window: "1h30m",
    },
    wide: [
      ["NAME", "ACTIVE", "OUTPUTS"],
      ["all", '["archive","search"]'],
    ],
    refused: [[{ spec: { window: "soon" } }, "must be of type duration"]],
  },
  {
    name: "machines",
    object: "virtualmachines.machines.example.com/desktop",
    spec: { runStrategy: "Always", template: { metadata: { labels: { os: "linux" } }, spec: { cores: 4 } } },
    wide: [
      ["NAME", "STRATEGY", "CORES"],
      ["desktop", "Always", "4"],
    ],
    refused: [[{ spec: { runStrategy: "Sometimes" } }, 'supported values: "Always", "Halted", "Manual"']],
  },
];

/** The file as it is, but for the address of the webhook, which is another each time. */
function fileOf(name: string): string {
  const text = readFileSync(new URL(`./operators/${name}.yaml`, import.meta.url), "utf8");
  const path = join(folder, `${name}.yaml`);
  const at = text.indexOf("\n---\n");
  const addressed = (part: string): string =>
    part.replace("WEBHOOK_URL", webhook.url).replace("WEBHOOK_CA", webhook.caBundle);
  writeFileSync(path, addressed(text.slice(0, at)));
  writeFileSync(join(folder, `${name}.objects.yaml`), addressed(text.slice(at + 5)));
  return path;
}

describe.each(PROJECTS)("$name", ({ name, object, spec, wide, refused }) => {
  test("is applied as it is, completed, and listed with its columns", async () => {
    expect(await ok("apply", "-f", fileOf(name))).toContain("created");
    await ok("wait", "--for=condition=Established", "-f", join(folder, `${name}.yaml`), "--timeout=10s");
    expect(await ok("apply", "-f", join(folder, `${name}.objects.yaml`))).toContain("created");
    expect(JSON.parse(await ok("get", object, "-o", "json")).spec).toEqual(spec);
    expect(cells(await ok("get", object.split("/")[0] ?? "", "-o", "wide"))).toEqual(wide);
    expect(await ok("apply", "-f", join(folder, `${name}.objects.yaml`))).toMatch(/unchanged|configured/);
    expect(await ok("explain", `${object.split("/")[0]}.spec`)).toContain("FIELDS:");
  });

  test.each(refused)("refuses %j", async (patch, text) => {
    const ran = await kubectl("patch", object, "--type=merge", "-p", JSON.stringify(patch));
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(text)]);
  });
});

test("scale, selectors, server-side apply, status and older versions work for kubectl", async () => {
  expect(await ok("scale", "collectors.monitoring.example.com/main", "--replicas=3")).toContain("scaled");
  expect(await ok("get", "collectors.monitoring.example.com/main", "-o", "jsonpath={.spec.replicas}")).toBe("3");
  const byIssuer = ["get", "certificates", "--field-selector", "spec.issuerRef.name=corporate", "-o", "name"];
  expect(await ok(...byIssuer)).toBe("certificate.certs.example.com/web\n");
  const status = JSON.stringify({ status: { conditions: [{ type: "Ready", status: "True" }] } });
  await ok("patch", "releases/web", "--subresource=status", "--type=merge", "-p", status);
  expect(cells(await ok("get", "rel"))[1]?.slice(0, 3)).toEqual(["web", "nginx", "True"]);
  for (const [manager, port] of [
    ["one", 80],
    ["two", 443],
  ] as const) {
    const file = join(folder, `${manager}.yaml`);
    const gateway = `spec: { servers: [{ port: ${port}, protocol: TCP }] }`;
    writeFileSync(file, `apiVersion: mesh.example.com/v1\nkind: Gateway\nmetadata: { name: shared }\n${gateway}\n`);
    await ok("apply", "--server-side", `--field-manager=${manager}`, "-f", file);
  }
  expect(await ok("get", "gw/shared", "-o", "jsonpath={.spec.servers[*].port}")).toBe("80 443");
  const old = await kubectl("get", "virtualmachines.v1alpha3.machines.example.com");
  expect([cells(old.stdout), old.stderr]).toEqual([
    [
      ["NAME", "RUNNING"],
      ["desktop", "true"],
    ],
    expect.stringContaining("machines.example.com/v1alpha3 is deprecated; use v1"),
  ]);
  expect(await ok("get", "charts", "-o", "name")).toBe("release.charts.example.com/web\n");
});

test("the mesh puts its proxy into the pods of the namespaces that ask for it, and into no others", async () => {
  await ok("create", "namespace", "meshed");
  await ok("label", "namespace", "meshed", "mesh.example.com/injection=enabled");
  const containers = async (namespace: string, name: string, ...args: readonly string[]): Promise<string> => {
    await ok("run", name, "-n", namespace, "--image=app", ...args);
    return ok("get", "pod", name, "-n", namespace, "-o", "jsonpath={.spec['initContainers','containers'][*].name}");
  };
  for (const namespace of ["meshed", "default"]) await kubectl("create", "serviceaccount", "default", "-n", namespace);
  expect(await containers("meshed", "app")).toBe("redirect app proxy");
  expect(await ok("get", "pods", "-n", "meshed", "-l", "mesh.example.com/injected=true", "-o", "name")).toBe(
    "pod/app\n",
  );
  expect(await containers("meshed", "apart", "--labels=mesh.example.com/inject=false")).toBe("apart");
  expect(await containers("meshed", "host", '--overrides={"spec":{"hostNetwork":true}}')).toBe("host");
  expect(await containers("default", "app")).toBe("app");
});

test("a definition goes with its objects", async () => {
  expect(await ok("delete", "crd", "flows.logging.example.com", "--timeout=20s")).toContain("deleted");
  expect((await kubectl("get", "flows.logging.example.com")).code).toBe(1);
});
