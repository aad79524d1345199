// A stock kubectl against our server: exec, attach, cp-like input, port-forward, over WebSocket and over SPDY. Needs kubectl.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { systemClock } from "@skates/component-base/node";
import { renderKubeconfig } from "@skates/pki";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinStreams } from "../byte-streams.ts";
import { exitStatus, type RemoteCommandSession } from "../streams/remote-command.ts";
import { acceptPortForward, acceptRemoteCommand } from "./accept-streams.ts";
import { type TestingServer, testingPki, testingServer } from "./server-testing.ts";
import { socketStream } from "./socket-stream.ts";

const kubectl = process.env["KUBECTL"] ?? "kubectl";
const found = hasKubectl();
if (!found) process.stderr.write("skipped: no kubectl on this machine\n");

function hasKubectl(): boolean {
  try {
    execFileSync(kubectl, ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const clock = systemClock();
const directory = mkdtempSync(join(tmpdir(), "skates-streams-"));
const kubeconfig = join(directory, "kubeconfig");
let server: TestingServer;
let target: Server;
let targetPort = 0;
const commands: (readonly string[])[] = [];

const json = (value: unknown, status = 200): ApiResponse => ({ status, headers: {}, body: { kind: "json", value } });
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
  spec: { containers: [{ name: "main", image: "x", stdin: true, tty: false }] },
  status: { phase: "Running" },
};

async function act(command: readonly string[], session: RemoteCommandSession): Promise<ReturnType<typeof exitStatus>> {
  commands.push(command);
  if (command[0] === "cat") for await (const chunk of session.stdin) await session.stdout(chunk);
  if (command[0] === "large") for (let i = 0; i < 300; i++) await session.stdout(Buffer.alloc(50_000, "z"));
  if (command[0] === "both") {
    await session.stdout(Buffer.from("to stdout\n"));
    await session.stderr(Buffer.from("to stderr\n"));
  }
  return exitStatus(command[0] === "fail" ? 7 : 0);
}

const handler: Handler = async (request: ApiRequest) => {
  const base = "/api/v1/namespaces/default/pods/web";
  const { query } = request;
  const on = (name: string): boolean => query.get(name) === "true";
  const options = { stdin: on("stdin"), stdout: on("stdout"), stderr: on("stderr"), tty: on("tty"), clock };
  switch (request.path) {
    case "/api":
      return json({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] });
    case "/apis":
      return json({ kind: "APIGroupList", apiVersion: "v1", groups: [] });
    case "/api/v1": {
      const pods = { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get", "list"] };
      return json({ kind: "APIResourceList", groupVersion: "v1", resources: [pods] });
    }
    case base:
      return json(POD);
    case `${base}/exec`:
      return acceptRemoteCommand(request, options, (session) => act(query.getAll("command"), session));
    case `${base}/attach`:
      return acceptRemoteCommand(request, options, (session) => act(["cat"], session));
    case `${base}/portforward`:
      return acceptPortForward(request, { clock }, async ({ port, stream }) => {
        if (port !== targetPort) throw new Error(`error forwarding port ${port}: connection refused`);
        await joinStreams(stream, socketStream(connect(port, "127.0.0.1")));
      });
    default:
      return json(
        { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", reason: "NotFound", code: 404 },
        404,
      );
  }
};

beforeAll(async () => {
  if (!found) return;
  const pki = await testingPki();
  server = await testingServer(handler, { tls: { ...pki.server, clientCas: [pki.ca.cert] } });
  const credentials = await pki.issue({ commonName: "admin", organizations: ["system:masters"] });
  const names = { cluster: "c", user: "u", context: "x" };
  writeFileSync(kubeconfig, renderKubeconfig({ server: server.url, ca: pki.ca.cert, ...names, credentials }));
  target = createServer((socket) => socket.once("data", (chunk) => socket.end(`you said ${chunk}`)));
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const at = target.address();
  targetPort = typeof at === "object" && at !== null ? at.port : 0;
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  target?.close();
  await server?.close({ graceMs: 0 });
});

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

describe.skipIf(!found).each([
  ["WebSocket", "true", "websocket"],
  ["SPDY", "false", "spdy/3.1"],
])("kubectl over %s", (_name, webSockets, protocol) => {
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    HOME: directory,
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSockets,
    KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets,
  };

  function run(args: readonly string[], input = ""): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn(kubectl, args, { env });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk) => (stdout += chunk));
      child.stderr.on("data", (chunk) => (stderr += chunk));
      child.on("error", reject);
      child.on("close", (code) => resolve({ stdout, stderr, code }));
      child.stdin.on("error", () => undefined); // kubectl may end before it has read everything
      child.stdin.end(input);
    });
  }
  const spoken = (): string | undefined => server.seen.findLast((request) => request.upgrade)?.upgrade?.protocol;

  test("exec: output, errors and arguments", async () => {
    expect(await run(["exec", "web", "--", "both", "a b"])).toEqual({
      stdout: "to stdout\n",
      stderr: "to stderr\n",
      code: 0,
    });
    expect(commands.at(-1)).toEqual(["both", "a b"]);
    expect(spoken()).toBe(protocol);
  });

  test("exec: an exit code is kubectl's own", async () => {
    expect(await run(["exec", "web", "--", "fail"])).toEqual({
      stdout: "",
      stderr: "command terminated with exit code 7\n",
      code: 7,
    });
  });

  test("exec -i: input of a megabyte comes back", async () => {
    const input = "line of input\n".repeat(75_000);
    const { stdout, stderr, code } = await run(["exec", "-i", "web", "--", "cat"], input);
    expect([stdout === input, stderr, code]).toEqual([true, "", 0]);
  });

  test("exec: 15 MB of output arrive whole", async () => {
    expect((await run(["exec", "web", "--", "large"])).stdout.length).toBe(15_000_000);
  });

  test("attach -i", async () => {
    const { stdout, code } = await run(["attach", "-i", "web", "-c", "main"], "attached\n");
    expect([stdout, code]).toEqual(["attached\n", 0]);
  });

  test("port-forward: connections one after the other, and a port where nobody listens", async () => {
    const child = spawn(kubectl, ["port-forward", "pod/web", `:${targetPort}`, ":1"], { env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const ports = (): readonly number[] =>
      [...stdout.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map((match) => Number(match[1]));
    await expect.poll(ports, { timeout: 10_000 }).toHaveLength(2);
    const [good = 0, bad = 0] = ports();
    const say = (port: number, text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = "";
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        socket.on("data", (chunk) => (answer += chunk));
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(answer));
      });
    expect(await say(good, "one")).toBe("you said one");
    expect(await Promise.all(["two", "three"].map((text) => say(good, text)))).toEqual([
      "you said two",
      "you said three",
    ]);
    expect(spoken()).toBe(protocol);
    expect(await say(bad, "x")).toBe("");
    await expect.poll(() => stderr, { timeout: 10_000 }).toContain("error forwarding port 1: connection refused");
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    await expect.poll(() => server.connections()).toBe(0);
  });
});
