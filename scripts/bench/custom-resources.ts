/**
 * Custom kinds: what an object of one costs beside a built-in one of the same schema, how soon a kind can be used, and what a server
 * with 500 definitions costs. In process, on the store in memory.
 */
// Run: npx tsx scripts/bench/custom-resources.ts
import { performance } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { Container, PodSpec, pods } from "@skates/api/core/v1";
import type { CustomResourceDefinition, JSONSchemaProps } from "@skates/api/apiextensions/v1";
import { schemaOf } from "@skates/api/custom-resource";
import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { compileDefinition, createApiServer } from "@skates/apiserver";
import { openTo } from "@skates/apiserver/testing";
import { createEnv } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { ADMIN, startTestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { median, report } from "./lib/figure.ts";
import { podText } from "./lib/pod.ts";

const ROUNDS = 7;
const CREATES = 1000;
const DEFINITIONS = 500;
const spec = structural(schemaOf(PodSpec));
/** About 2,000 lines. */
const usual: JSONSchemaProps = {
  type: "object",
  properties: { one: structural(schemaOf(Container)), two: structural(schemaOf(Container)) },
};

function linesOf(schema: JSONSchemaProps): number {
  return JSON.stringify(schema, undefined, 2).split("\n").length;
}

function definition(plural: string, kind: string, schema: JSONSchemaProps): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: schema } } },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** Keys of lists that need not be sent are allowed in built-in kinds only. */
function structural(schema: JSONSchemaProps): JSONSchemaProps {
  const text = JSON.stringify(schema, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("x-kubernetes-list-map-keys" in value)) return value;
    const { "x-kubernetes-list-map-keys": _keys, ...rest } = value;
    return { ...rest, "x-kubernetes-list-type": "atomic" };
  });
  return JSON.parse(text) as JSONSchemaProps;
}

function request(method: string, path: string, body?: string): ApiRequest {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const mediaType = "application/json";
  return {
    method,
    path,
    query: new URLSearchParams(),
    headers: { "user-agent": "bench/1.0", accept: mediaType, "content-type": mediaType },
    body: bytes === undefined ? { kind: "none" } : { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: { tls: { remoteAddress: "" } },
    signal: new AbortController().signal,
  };
}

async function drain(response: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (response.body.kind === "bytes") for await (const chunk of response.body.chunks) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (response.status >= 400) throw new Error(`${response.status}: ${text.slice(0, 500)}`);
  return text;
}

/** us of CPU per create. */
async function perCreate(handler: Handler, path: string, body: (name: string) => string): Promise<number> {
  const bodies = Array.from({ length: CREATES }, (_, i) =>
    body(`object-${String(performance.now()).replace(".", "-")}-${i}`),
  );
  const before = process.cpuUsage();
  for (const text of bodies) await drain(await handler(request("POST", path, text)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CREATES;
}

async function compareCreates(): Promise<void> {
  const clock = systemClock();
  const custom = compileDefinition(definition("likepods", "LikePod", spec), { terminating: () => false });
  const server = createApiServer({
    env: createEnv({ clock, random: systemRandom() }),
    store: memoryStore({ clock }),
    resources: [pods, ...custom],
    ...openTo({ name: "bench", groups: [] }),
    turn: () => turn(),
  });
  const ending = new AbortController();
  const running = server.run(ending.signal);
  while (!server.ready()) await turn();
  const own = (name: string): string =>
    podText(name).replace('"apiVersion":"v1","kind":"Pod"', '"apiVersion":"example.com/v1","kind":"LikePod"');
  const podPath = "/api/v1/namespaces/default/pods";
  const ownPath = "/apis/example.com/v1/namespaces/default/likepods";
  const rounds: { readonly pod: number; readonly own: number }[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const measured = {
      pod: await perCreate(server.handler, podPath, podText),
      own: await perCreate(server.handler, ownPath, own),
    };
    if (round >= 0) rounds.push(measured);
  }
  const pod = median(rounds.map((one) => one.pod));
  const value = median(rounds.map((one) => one.own));
  const lines = linesOf(spec);
  report({ what: "create of a pod", value: pod, unit: "us CPU" });
  report({ what: `create of a custom object with the pod's schema (${lines} lines)`, value, unit: "us CPU" });
  report({ what: "… as a ratio", value: value / pod, unit: "x", aim: 1.5 });
  ending.abort();
  await running.catch(() => undefined);
}

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

async function soonUsable(): Promise<void> {
  const at = await startTestServer();
  const handler = at.server.loopback(ADMIN);
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const from = performance.now();
    await drain(await handler(request("POST", CRDS, JSON.stringify(definition(`kinds${i}`, `Kind${i}`, usual)))));
    const path = `/apis/example.com/v1/namespaces/default/kinds${i}`;
    const body = podText("first").replace(
      '"apiVersion":"v1","kind":"Pod"',
      `"apiVersion":"example.com/v1","kind":"Kind${i}"`,
    );
    for (;;) {
      const response = await handler(request("POST", path, body));
      if (response.status === 201) break;
      await turn();
    }
    times.push(performance.now() - from);
  }
  report({
    what: `a definition of ${linesOf(usual)} lines: from its creation to its first object`,
    value: median(times),
    unit: "ms",
    aim: 200,
  });
  report({ what: "… at worst of 20", value: Math.max(...times), unit: "ms", aim: 200 });
  await at.stop();
}

async function manyDefinitions(): Promise<void> {
  const store = memoryStore({ clock: systemClock() });
  const empty = await startTestServer();
  const baseMb = heapMb();
  await empty.stop();
  const first = await startTestServer({ store });
  const handler = first.server.loopback(ADMIN);
  const from = performance.now();
  for (let i = 0; i < DEFINITIONS; i++) {
    await drain(await handler(request("POST", CRDS, JSON.stringify(definition(`kinds${i}`, `Kind${i}`, usual)))));
  }
  report({
    what: `${DEFINITIONS} definitions: created, each`,
    value: (performance.now() - from) / DEFINITIONS,
    unit: "ms",
  });
  await first.stop();

  const cpu = process.cpuUsage();
  const started = performance.now();
  const at = await startTestServer({ store });
  const { user, system } = process.cpuUsage(cpu);
  report({
    what: `${DEFINITIONS} definitions: start-up until all are served`,
    value: performance.now() - started,
    unit: "ms",
  });
  report({ what: "… CPU", value: (user + system) / 1000, unit: "ms" });
  await turn();
  report({ what: `${DEFINITIONS} definitions: heap beside an empty server`, value: heapMb() - baseMb, unit: "MB" });
  for (const path of ["/apis/example.com/v1", "/apis", "/openapi/v3"]) {
    const asked = performance.now();
    const { body } = await at.call({ user: ADMIN }, "GET", path);
    const kb = (JSON.stringify(body).length / 1000).toFixed(0);
    report({ what: `${path} with ${DEFINITIONS} kinds (${kb} kB)`, value: performance.now() - asked, unit: "ms" });
  }
  await at.stop();
}

/** The heap after a collection; `--expose-gc` is asked for in the command line of `all.ts` by `node:v8`. */
function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}

const { setFlagsFromString } = await import("node:v8");
const { runInNewContext } = await import("node:vm");
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

await compareCreates();
await soonUsable();
await manyDefinitions();
