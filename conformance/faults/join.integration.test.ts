// `skates join` for simulated nodes on the real server: it works, and each thing that is wrong is named, leaves nothing and tells no secret.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { connect } from "node:tls";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinCommand, type Ran, skates } from "../e2e/skates.ts";
import { type SimulatedCluster, simulatedCluster } from "./simulated-cluster.ts";

let cluster: SimulatedCluster;
const root = mkdtempSync(join(tmpdir(), "sk-joins-"));
const dataDir = join(root, "node");
/** All that commands printed, and the secrets that must not be in it. */
const printed: string[] = [];
const secrets: string[] = [];

interface Invitation {
  readonly server: string;
  readonly token: string;
  readonly hash: string;
}

async function invitation(...args: readonly string[]): Promise<Invitation> {
  const [, server = "", , token = "", , hash = ""] = await joinCommand(cluster.dataDir, ...args);
  secrets.push(token.slice(7));
  return { server, token, hash };
}

interface Joining {
  readonly at?: string;
  readonly name?: string;
  readonly more?: readonly string[];
}

async function joining(
  { server, token, hash }: Invitation,
  { at = dataDir, name = "joined", more = [] }: Joining = {},
): Promise<Ran> {
  const given = ["--token", token, "--ca-cert-hash", hash, "--node-name", name, "--runtime", "simulated", ...more];
  const ran = await skates(["join", server, ...given, "--data-dir", at]);
  printed.push(ran.stdout, ran.stderr);
  return ran;
}

/** Fails in these words and leaves nothing. */
async function refused(wrong: Invitation, message: string, code = 1): Promise<void> {
  const at = join(root, "refused");
  const ran = await joining(wrong, { at, name: "refused" });
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
  expect(existsSync(at)).toBe(false);
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

async function nodes(): Promise<readonly string[]> {
  const { items } = (await cluster.call({ path: "/api/v1/nodes" })).json as NodeList;
  return items.map(({ metadata, status }) => {
    const ready = status.conditions.find(({ type }) => type === "Ready")?.status;
    return `${metadata.name} ${ready}`;
  });
}

/** Whether the joined node's kubelet takes connections of this version of TLS. */
async function speaks(version: "TLSv1.2" | "TLSv1.3"): Promise<boolean> {
  const { status } = (await cluster.call({ path: "/api/v1/nodes/joined" })).json as {
    readonly status: {
      readonly addresses: readonly { readonly address: string }[];
      readonly daemonEndpoints: { readonly kubeletEndpoint: { readonly Port: number } };
    };
  };
  const host = status.addresses[0]?.address ?? "";
  const port = status.daemonEndpoints.kubeletEndpoint.Port;
  return await new Promise((resolve) => {
    const socket = connect({ host, port, minVersion: version, maxVersion: version, rejectUnauthorized: false });
    socket.on("secureConnect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("close", () => socket.destroy());
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer")));
    socket.on("secureConnect", () => socket.end());
  });
}

beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
});
afterAll(async () => {
  await skates(["delete", "--yes", "--data-dir", dataDir]);
  await cluster.remove();
  rmSync(root, { recursive: true, force: true });
});

test("a token that nobody made, was deleted, has ended, has another secret or does not let in", async () => {
  const good = await invitation();
  await refused(
    { ...good, token: "zzzzzz.0123456789abcdef" },
    "the cluster does not know a token zzzzzz: it is wrong, expired or deleted",
  );
  await refused(
    { ...good, token: `${good.token.slice(0, 7)}0123456789abcdef` },
    `is not signed with token ${good.token.slice(0, 6)}`,
  );
  await refused(
    { ...good, token: "nonsense" },
    "invalid token: six and sixteen letters and digits with a dot between",
    2,
  );
  await cluster.skates("token", "delete", good.token.slice(0, 6));
  await refused(good, `the cluster does not know a token ${good.token.slice(0, 6)}`);
  const brief = await invitation("--ttl", "1s");
  await sleep(2_500);
  await refused(brief, `the cluster does not know a token ${brief.token.slice(0, 6)}`);
  await refused(await invitation("--usages", "signing"), "the cluster does not let the token in");
});

test("a flag of the node with a value that it could not start with", async () => {
  const at = join(root, "refused");
  const ran = await joining(await invitation(), { at, more: ["--tls-min-version", "VersionSSL30"] });
  expect([ran.code, ran.stderr]).toEqual([
    2,
    expect.stringContaining('invalid value "VersionSSL30" for flag --tls-min-version'),
  ]);
  expect(existsSync(at)).toBe(false);
});

test("another CA than the one named, another server, none at all", async () => {
  const good = await invitation();
  const hash = `sha256:${"0".repeat(64)}`;
  await refused({ ...good, hash }, `the cluster's CA has the hash ${good.hash}, and not one of those given`);
  await refused({ ...good, server: "http://192.0.2.1" }, "invalid address", 2);
  await refused(
    { ...good, server: "https://127.0.0.1:1" },
    "https://127.0.0.1:1 does not say whom to trust: check the address, and that the cluster runs",
  );
  const stranger = createServer((socket) => socket.resume().end("220 mail.example.com\r\n"));
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const address = stranger.address();
  const port = typeof address === "object" ? address?.port : 0;
  await refused({ ...good, server: `https://127.0.0.1:${port}` }, "does not say whom to trust");
  await new Promise((resolve) => stranger.close(resolve));
});

test("a node joins, runs pods and is found again; its directory is no cluster's", async () => {
  const good = await invitation();
  const ran = await joining(good, { more: ["--tls-min-version", "VersionTLS13"] });
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  expect(await speaks("TLSv1.3")).toBe(true);
  expect(await speaks("TLSv1.2")).toBe(false);
  expect(await nodes()).toEqual(["joined True", "simulated-0 True"]);
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "there" },
    spec: { nodeName: "joined", containers: [{ name: "c", image: "i" }] },
  });
  expect((await cluster.call({ method: "POST", path: "/api/v1/namespaces/default/pods", body })).code).toBe(201);
  await expect
    .poll(async () => (await cluster.call({ path: "/api/v1/namespaces/default/pods/there" })).text, { timeout: 20_000 })
    .toContain('"phase":"Running"');
  const status = await skates(["status", "--data-dir", dataDir]);
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining(`node        joined of ${good.server}`)]);
  const again = await skates(["join", "--data-dir", dataDir]);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("already running")]);
  for (const [args, message] of [
    [["join", good.server, "--token", good.token], `is a node of ${good.server} already: run 'skates delete' first`],
    [["up", "--runtime", "simulated"], `is a node of ${good.server}: start it with 'skates join'`],
    [["demo"], `is a node of ${good.server}: run this where its server runs`],
    [["why", "there"], `is a node of ${good.server}: run this where its server runs`],
    [["token", "list"], `is a node of ${good.server}: run this where its server runs`],
    [["certificate", "rotate"], `is a node of ${good.server}: run this where its server runs`],
  ] as const) {
    const wrong = await skates([...args, "--data-dir", dataDir]);
    expect([wrong.code === 0, wrong.stderr]).toEqual([false, expect.stringContaining(message)]);
  }
});

test("a name that a Ready node has is not given again", async () => {
  const good = await invitation();
  const at = join(root, "second");
  for (const name of ["joined", "simulated-0"]) {
    const ran = await joining(good, { at, name });
    expect([ran.code, ran.stderr]).toEqual([
      1,
      expect.stringContaining(`the cluster has a node ${name} already, which is Ready`),
    ]);
  }
  const odd = await joining(good, { at, name: "Not_A_Name" });
  expect([odd.code, odd.stderr]).toEqual([
    2,
    expect.stringContaining('invalid value "Not_A_Name" for flag --node-name'),
  ]);
  expect(existsSync(at)).toBe(false);
  expect(await nodes()).toEqual(["joined True", "simulated-0 True"]);
});

test("no secret of a token is printed or logged by anybody", () => {
  const logs = [join(cluster.dataDir, "logs"), join(dataDir, "logs")].flatMap((dir) =>
    readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8")),
  );
  const all = [...printed, ...logs].join("\n");
  expect(logs.join("").length).toBeGreaterThan(0);
  expect(secrets.filter((secret) => secret.length !== 16 || all.includes(secret))).toEqual([]);
});
