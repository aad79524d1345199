// Remote commands and port forwarding between our server and our client, over each protocol, directly and through relays; and
// a stock WebSocket client in the place of kubectl.
import { createServer, type Server } from "node:net";
import type { ApiRequest, ByteStream, Handler } from "@skates/apimachinery";
import { StatusError } from "@skates/apimachinery";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { relayPortForward } from "../streams/port-forward.ts";
import {
  type CommandStatus,
  exitStatus,
  type RemoteCommandSession,
  relayRemoteCommand,
  type TerminalSize,
} from "../streams/remote-command.ts";
import { acceptPortForward, acceptRemoteCommand } from "./accept-streams.ts";
import { type DialOptions, dialPortForward, dialRemoteCommand } from "./dial-streams.ts";
import { type HttpsClient, httpsHandler } from "./https-handler.ts";
import { type TestingServer, testingServer, textResponse } from "./server-testing.ts";
import { socketStream } from "./socket-stream.ts";
import { connect } from "node:net";

const clock = systemClock();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ALL = { stdin: true, stdout: true, stderr: true, tty: false };
let greeted = "";
let started = 0;
let left = 0;

/** Acts out commands named by the query. */
async function act(name: string, session: RemoteCommandSession): Promise<CommandStatus> {
  switch (name) {
    case "cat":
      for await (const chunk of session.stdin) await session.stdout(chunk);
      return exitStatus(0);
    case "both":
      await session.stdout(bytes("out"));
      await session.stderr(bytes("err"));
      return exitStatus(3);
    case "sizes": {
      const sizes: TerminalSize[] = [];
      for await (const size of session.resizes) if (sizes.push(size) === 2) break;
      await session.stdout(bytes(JSON.stringify(sizes)));
      return exitStatus(0);
    }
    case "large":
      for (let i = 0; i < 64; i++) await session.stdout(Buffer.alloc(100_000, 65 + (i % 26)));
      return exitStatus(0);
    case "refused":
      throw new StatusError("NotFound", 'container "x" not found');
    case "bug":
      throw new Error("the runtime is away");
    case "hang":
      started++;
      await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      left++;
      return exitStatus(137);
    default:
      return exitStatus(126);
  }
}

function options(request: ApiRequest): typeof ALL {
  const on = (name: string): boolean => request.query.get(name) !== "0";
  return { stdin: on("stdin"), stdout: on("stdout"), stderr: on("stderr"), tty: request.query.has("tty") };
}

let target: Server;
let targetPort = 0;
let runtime: TestingServer;
let runtimeClient: HttpsClient;
let kubelet: TestingServer;
let kubeletClient: HttpsClient;

const forward = async ({ port, stream }: { port: number; stream: ByteStream }): Promise<void> => {
  if (port !== targetPort) throw new Error(`error forwarding port ${port}: nobody listens`);
  const socket = connect(port, "127.0.0.1");
  const remote = socketStream(socket);
  await Promise.all([
    (async () => {
      for await (const chunk of stream.readable) await remote.write(chunk);
      await remote.end();
    })(),
    (async () => {
      for await (const chunk of remote.readable) await stream.write(chunk);
      await stream.end();
    })(),
  ]);
};

/** Like a container runtime's streaming server. */
const runtimeHandler: Handler = async (request) => {
  if (request.path === "/exec")
    return acceptRemoteCommand(request, { ...options(request), clock }, (s) => act(request.query.get("name") ?? "", s));
  if (request.path === "/forward")
    return acceptPortForward(request, { clock, ports: request.query.getAll("ports").map(Number) }, forward);
  return textResponse("nothing here", 404);
};

/** Like a kubelet: terminates the client's protocol and speaks SPDY to the runtime. */
const kubeletHandler: Handler = async (request) => {
  const dial: DialOptions = {
    handler: runtimeClient.handler,
    path: request.path,
    query: request.query,
    signal: request.signal,
  };
  if (request.path === "/exec")
    return acceptRemoteCommand(request, { ...options(request), clock }, async (session) =>
      relayRemoteCommand(session, await dialRemoteCommand(dial, options(request))),
    );
  if (request.path === "/forward")
    return acceptPortForward(request, { clock }, async (connection) => {
      const forwarder = await dialPortForward(dial);
      await relayPortForward(forwarder)(connection).finally(() => forwarder.close());
    });
  return textResponse("nothing here", 404);
};

beforeAll(async () => {
  target = createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (chunk) => (text += chunk));
    socket.on("data", (chunk) => (greeted += chunk));
    socket.on("end", () => socket.end(`you said ${text}`));
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const at = target.address();
  targetPort = typeof at === "object" && at !== null ? at.port : 0;
  runtime = await testingServer(runtimeHandler);
  runtimeClient = httpsHandler({ server: runtime.url });
  kubelet = await testingServer(kubeletHandler);
  kubeletClient = httpsHandler({ server: kubelet.url });
});
afterAll(async () => {
  await Promise.all([runtime.close({ graceMs: 0 }), kubelet.close({ graceMs: 0 })]);
  await Promise.all([runtimeClient.close(), kubeletClient.close()]);
  target.close();
});

async function textOf(from: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of from) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: CommandStatus;
}

describe.each([
  ["SPDY", "runtime", "spdy"],
  ["WebSocket", "runtime", "websocket"],
  ["SPDY, relayed over SPDY", "kubelet", "spdy"],
  ["WebSocket, relayed over SPDY", "kubelet", "websocket"],
] as const)("%s", (_name, to, over) => {
  const dial = (path: string, query: Record<string, string>, signal = new AbortController().signal): DialOptions => ({
    handler: (to === "runtime" ? runtimeClient : kubeletClient).handler,
    path,
    query: new URLSearchParams(query),
    signal,
    over,
  });

  async function run(query: Record<string, string>, input?: string, wanted = ALL): Promise<Ran> {
    const command = await dialRemoteCommand(dial("/exec", query), wanted);
    const reading = Promise.all([textOf(command.stdout), textOf(command.stderr), command.status]);
    if (input !== undefined) {
      await command.writeStdin(bytes(input));
      await command.endStdin();
    }
    const [stdout, stderr, status] = await reading;
    return { stdout, stderr, status };
  }

  test("input, output and exit code arrive", async () => {
    expect(await run({ name: "cat" }, "some input")).toMatchObject({
      stdout: "some input",
      status: { status: "Success" },
    });
    expect(await run({ name: "both" })).toEqual({ stdout: "out", stderr: "err", status: exitStatus(3) });
  });

  test("megabytes arrive whole and in order", async () => {
    const { stdout } = await run({ name: "large" });
    expect([stdout.length, stdout[0], stdout[100_000], stdout.at(-1)]).toEqual([6_400_000, "A", "B", "L"]);
    const input = "0123456789".repeat(200_000);
    expect((await run({ name: "cat" }, input)).stdout === input).toBe(true);
  });

  test("a terminal's sizes arrive; streams that were not asked for are left out", async () => {
    const tty = { stdin: false, stdout: true, stderr: false, tty: true };
    const command = await dialRemoteCommand(dial("/exec", { name: "sizes", tty: "1", stdin: "0", stderr: "0" }), tty);
    await command.resize({ width: 80, height: 24 });
    await command.resize({ width: 120, height: 50 });
    expect(await textOf(command.stdout)).toBe('[{"width":80,"height":24},{"width":120,"height":50}]');
    expect(await command.status).toMatchObject({ status: "Success" });
    command.close();
  });

  test("what the server throws is told as a Status", async () => {
    const { status } = await run({ name: "refused" });
    expect(status).toMatchObject({ reason: "NotFound", code: 404, message: 'container "x" not found' });
    expect((await run({ name: "bug" })).status).toMatchObject({
      reason: "InternalError",
      message: "Internal error occurred: the runtime is away",
    });
  });

  test("a client that leaves aborts the command", async () => {
    const [before, startedBefore] = [left, started];
    const command = await dialRemoteCommand(dial("/exec", { name: "hang" }), ALL);
    await expect.poll(() => started).toBe(startedBefore + 1);
    command.close();
    await expect.poll(() => left).toBe(before + 1);
    const controller = new AbortController();
    await dialRemoteCommand(dial("/exec", { name: "hang" }, controller.signal), ALL);
    await expect.poll(() => started).toBe(startedBefore + 2);
    controller.abort();
    await expect.poll(() => left).toBe(before + 2);
  });

  test("a refusal says what the server answered", async () => {
    const refused = dialRemoteCommand(dial("/nothing", {}), ALL);
    await expect(refused).rejects.toMatchObject({
      code: "UpgradeRefused",
      message: expect.stringContaining("nothing here"),
    });
  });

  test("ports are forwarded, many connections at a time, each with an end of its own", async () => {
    const forwarder = await dialPortForward(dial("/forward", {}));
    const said = await Promise.all(
      ["a", "b", "c".repeat(300_000)].map(async (text) => {
        const { stream, failure } = await forwarder.open(targetPort);
        await stream.write(bytes(text));
        await stream.end();
        return [await textOf(stream.readable), await failure];
      }),
    );
    expect(said).toEqual([
      ["you said a", undefined],
      ["you said b", undefined],
      [`you said ${"c".repeat(300_000)}`, undefined],
    ]);
    const { stream, failure } = await forwarder.open(1);
    expect([await failure, await textOf(stream.readable)]).toEqual([
      expect.stringContaining("error forwarding port 1: nobody listens"),
      "",
    ]);
    forwarder.close();
  });
});

describe("handshake", () => {
  const ask = (headers: Record<string, string>, method = "GET", path = "/exec"): Promise<readonly [number, string]> =>
    runtimeClient
      .handler({
        method,
        path,
        query: new URLSearchParams(),
        headers,
        body: { kind: "none" },
        peer: { loopback: { name: "", groups: [] } },
        signal: new AbortController().signal,
        ...(headers["upgrade"] === undefined ? {} : { upgrade: { protocol: headers["upgrade"] } }),
      })
      .then(async ({ status, body }) => [
        status,
        body.kind === "bytes" ? await textOf(toAsync(body.chunks)) : body.kind,
      ]);
  async function* toAsync(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };

  test("no upgrade, an unknown protocol, or no version in common is refused with a Status", async () => {
    expect(await ask({})).toEqual([400, expect.stringContaining("Upgrade request required")]);
    expect(await ask({ upgrade: "h2c" })).toEqual([400, expect.stringContaining('unknown protocol \\"h2c\\"')]);
    expect(await ask({ upgrade: "SPDY/3.1", "x-stream-protocol-version": "v9" }, "POST")).toEqual([
      403,
      expect.stringContaining("client supports [v9], server accepts [v4.channel.k8s.io v3.channel.k8s.io"),
    ]);
    expect((await ask({ upgrade: "websocket", ...key, "sec-websocket-protocol": "v9" }))[0]).toBe(403);
    expect((await ask({ upgrade: "websocket", ...key }, "GET", "/forward"))[0]).toBe(400);
    expect((await ask({ upgrade: "websocket", "sec-websocket-version": "13" }))[0]).toBe(400);
  });
});

describe("a stock WebSocket client", () => {
  interface Talk {
    readonly protocol: string;
    readonly messages: readonly string[];
    readonly code: number;
  }

  function talk(query: string, protocols: readonly string[], say: (socket: WebSocket) => void): Promise<Talk> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${kubelet.url.replace("http", "ws")}/exec?${query}`, [...protocols]);
      const messages: string[] = [];
      socket.on("open", () => say(socket));
      socket.on("message", (data: Buffer, binary) => messages.push(`${binary ? "b" : "t"}${data.toString("latin1")}`));
      socket.on("close", (code) => resolve({ protocol: socket.protocol, messages, code }));
      socket.on("error", reject);
    });
  }

  test("v5: the newest in common is spoken, and the close signal ends input", async () => {
    const got = await talk("name=cat", ["v5.channel.k8s.io", "v4.channel.k8s.io"], (socket) => {
      socket.ping();
      socket.send(Buffer.from("\0hello"));
      socket.send(Buffer.from([255, 0]));
    });
    expect(got).toEqual({
      protocol: "v5.channel.k8s.io",
      messages: ["b\u0001", "b\u0001hello", 'b\u0003{"metadata":{},"status":"Success"}'],
      code: 1000,
    });
  });

  test("v4: an exit code comes as a Status", async () => {
    const got = await talk("name=both", ["v4.channel.k8s.io"], () => undefined);
    expect(got.messages).toContain("b\u0001out");
    expect(got.messages).toContain("b\u0002err");
    expect(JSON.parse(got.messages.at(-1)!.slice(2))).toEqual(exitStatus(3));
  });

  test("base64, and versions without a Status", async () => {
    const base64 = await talk("name=both&stderr=0", ["v4.base64.channel.k8s.io"], () => undefined);
    expect(base64.messages.slice(0, 2)).toEqual(["t1", `t1${btoa("out")}`]);
    const old = await talk("name=both&stderr=0", ["channel.k8s.io"], () => undefined);
    expect(old.messages.at(-1)).toBe("b\u0003command terminated with non-zero exit code: exit status 3");
    const none = await talk("name=both&stderr=0", [], () => undefined);
    expect(none.messages).toEqual(old.messages);
  });

  test("a message that is no base64 ends the session, not the server", async () => {
    const before = left;
    await talk("name=hang", ["v4.base64.channel.k8s.io"], (socket) => socket.send("0***"));
    await expect.poll(() => left).toBe(before + 1);
  });

  test("ports over channels: each port is named on both its channels, then its connection runs", async () => {
    const socket = new WebSocket(`${runtime.url.replace("http", "ws")}/forward?ports=${targetPort}&ports=1`, [
      "v4.channel.k8s.io",
    ]);
    const channels = new Map<number, Buffer[]>();
    socket.on("message", (data: Buffer) => {
      const list = channels.get(data[0] ?? 0) ?? [];
      channels.set(data[0] ?? 0, [...list, data.subarray(1)]);
    });
    const of = (channel: number): readonly string[] =>
      (channels.get(channel) ?? []).map((part) => part.toString("latin1"));
    const number = (port: number): string => String.fromCharCode(port & 0xff, port >> 8);
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(Buffer.from([0, ...Buffer.from("from afar")]));
    await expect.poll(() => greeted).toContain("from afar");
    expect(of(0)[0]).toBe(number(targetPort));
    expect(of(1)).toEqual([number(targetPort)]);
    expect(of(2)).toEqual([number(1)]);
    await expect.poll(() => of(3)).toEqual([number(1), "error forwarding port 1: nobody listens"]);
    socket.close();
  });
});
