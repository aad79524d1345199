// The client side against our own server and against misbehaving ones: what comes through, and what each failure throws.
import { createServer, type Server, type Socket } from "node:net";
import type { ApiRequest, ApiResponse, ByteStream, Handler } from "@skates/apimachinery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinChunks } from "../chunks.ts";
import { upgradedStream } from "../byte-streams.ts";
import { type HttpsClient, httpsHandler } from "./https-handler.ts";
import { type TestingPki, type TestingServer, testingPki, testingServer, textResponse } from "./server-testing.ts";

let pki: TestingPki;
let server: TestingServer;
let client: HttpsClient;
let left = 0;

async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let i = 0; !signal.aborted; i++) {
    yield Buffer.from(`${i}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  left++;
}

const serverHandler: Handler = async (request) => {
  switch (request.path) {
    case "/echo": {
      const body = request.body.kind === "bytes" ? Buffer.from(await request.body.read(1e9)).toString() : "";
      const { method, headers, path } = request;
      const query = request.query.toString();
      const peer = "tls" in request.peer ? request.peer.tls.certificate?.commonName : undefined;
      return {
        status: 201,
        headers: { "x-a": "1" },
        body: { kind: "json", value: { method, headers, path, query, body, peer } },
      };
    }
    case "/watch":
      return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "a/b", chunks: endless(request.signal) } };
    case "/moved":
      return { status: 302, headers: { location: "/echo" }, body: { kind: "none" } };
    case "/slow":
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      left++;
      return textResponse("late");
    case "/upgrade":
      return {
        status: 101,
        headers: { connection: "Upgrade", upgrade: "echo", "x-protocol": request.headers["x-protocol"] ?? "" },
        body: { kind: "upgrade", accept: echo },
      };
    default:
      return textResponse("no", 404);
  }
};

async function echo(stream: ByteStream): Promise<void> {
  for await (const chunk of stream.readable) await stream.write(chunk);
  await stream.end();
}

beforeAll(async () => {
  pki = await testingPki();
  server = await testingServer(serverHandler, { tls: { ...pki.server, clientCas: [pki.ca.cert] } });
  const own = await pki.issue({ commonName: "controller" });
  client = httpsHandler({ server: server.url, ca: pki.ca.cert, ...own, userAgent: "test/1", headersTimeoutMs: 1_000 });
});
afterAll(async () => {
  await client.close();
  await server.close({ graceMs: 0 });
});

function request(path: string, more: Partial<ApiRequest> = {}): ApiRequest {
  return {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers: {},
    body: { kind: "none" },
    peer: { loopback: { name: "me", groups: [] } },
    signal: new AbortController().signal,
    ...more,
  };
}

async function textOf(response: ApiResponse): Promise<string> {
  if (response.body.kind !== "bytes") return response.body.kind;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body.chunks) chunks.push(chunk);
  return Buffer.from(joinChunks(chunks)).toString();
}

describe("request", () => {
  test("arrives with method, path, query, headers, body and client certificate, and so does the response", async () => {
    const response = await client.handler(
      request("/echo", {
        method: "PUT",
        query: new URLSearchParams({ a: "b c" }),
        headers: { accept: "application/json", host: "not.this", "content-length": "999" },
        body: { kind: "bytes", mediaType: "text/plain", read: async () => Buffer.from("hello") },
      }),
    );
    expect(response.status).toBe(201);
    expect(response.headers["x-a"]).toBe("1");
    expect(JSON.parse(await textOf(response))).toMatchObject({
      method: "PUT",
      path: "/echo",
      query: "a=b+c",
      body: "hello",
      peer: "controller",
      headers: {
        accept: "application/json",
        "content-type": "text/plain",
        "user-agent": "test/1",
        "content-length": "5",
      },
    });
  });

  test("typed bodies are sent as JSON; tokens are added unless the request has credentials", async () => {
    let n = 0;
    const own = httpsHandler({ server: server.url, ca: pki.ca.cert, token: async () => `t${++n}` });
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };
    const seen = async (headers: Record<string, string>): Promise<any> =>
      JSON.parse(
        await textOf(
          await own.handler(request("/echo", { method: "POST", headers, body: { kind: "object", object } })),
        ),
      );
    expect(await seen({})).toMatchObject({
      body: JSON.stringify(object),
      headers: { authorization: "Bearer t1", "content-type": "application/json" },
    });
    expect((await seen({})).headers.authorization).toBe("Bearer t2");
    expect((await seen({ authorization: "Basic x" })).headers.authorization).toBe("Basic x");
    await own.close();
  });

  test("one signal may bound many requests without a warning", async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", onWarning);
    const { signal } = new AbortController();
    const texts = await Promise.all(
      Array.from({ length: 30 }, async () => textOf(await client.handler(request("/nothing", { signal })))),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    expect([texts.length, warnings]).toEqual([30, []]);
  });

  test("redirects are given to the caller", async () => {
    const response = await client.handler(request("/moved"));
    expect([response.status, response.headers["location"]]).toEqual([302, "/echo"]);
    await textOf(response);
  });

  test("bodies stream; leaving the loop or aborting ends the response at the server", async () => {
    const before = left;
    const response = await client.handler(request("/watch"));
    if (response.body.kind !== "bytes") throw new Error("no bytes");
    let text = "";
    for await (const chunk of response.body.chunks) {
      text += Buffer.from(chunk).toString();
      if (text.includes("3")) break;
    }
    expect(text).toMatch(/^0\n1\n2\n3/);
    await expect.poll(() => left).toBe(before + 1);
    const controller = new AbortController();
    const other = await client.handler(request("/watch", { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error("enough")), 30);
    await expect(textOf(other)).rejects.toThrow("enough");
    await expect.poll(() => left).toBe(before + 2);
  });
});

describe("failure", () => {
  test("nobody listens, an unknown host, an untrusted or misnamed certificate: ConnectFailed", async () => {
    const untrusted = await testingPki();
    const named = await pki.issue({ usages: ["server"], dnsNames: ["other.example"] });
    const misnamed = await testingServer(serverHandler, { tls: { ...named, clientCas: [] } });
    for (const options of [
      { server: "https://127.0.0.1:1" },
      { server: "https://nowhere.invalid" },
      { server: server.url, ca: untrusted.ca.cert },
      { server: misnamed.url, ca: pki.ca.cert },
    ]) {
      const own = httpsHandler(options);
      await expect(own.handler(request("/echo"))).rejects.toMatchObject({ code: "ConnectFailed" });
      await expect(own.handler(request("/upgrade", { upgrade: { protocol: "echo" } }))).rejects.toMatchObject({
        code: "ConnectFailed",
      });
      await own.close();
    }
    const asOther = httpsHandler({ server: misnamed.url, ca: pki.ca.cert, serverName: "other.example" });
    expect((await asOther.handler(request("/nothing"))).status).toBe(404);
    const insecure = httpsHandler({ server: server.url, insecure: true });
    expect((await insecure.handler(request("/nothing"))).status).toBe(404);
    await Promise.all([asOther.close(), insecure.close(), misnamed.close()]);
  });

  test("no answer in time: ResponseTimeout; aborted meanwhile: the signal's reason", async () => {
    const before = left;
    await expect(client.handler(request("/slow"))).rejects.toMatchObject({ code: "ResponseTimeout" });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(client.handler(request("/slow", { signal: controller.signal }))).rejects.toThrow("enough");
    await expect(client.handler(request("/slow", { signal: controller.signal }))).rejects.toThrow("enough");
    await expect.poll(() => left).toBe(before + 2);
  });

  test("a connection that breaks before the head: ConnectionLost; within the body: ResponseCut", async () => {
    const breaking = (head: string): Promise<readonly [Server, HttpsClient]> =>
      new Promise((resolve) => {
        const plain = createServer((socket: Socket) => {
          socket.on("error", () => undefined);
          socket.once("data", () => socket.end(head));
        }).listen(0, "127.0.0.1", () => {
          const at = plain.address();
          if (at === null || typeof at === "string") throw new Error("no port");
          resolve([plain, httpsHandler({ server: `http://127.0.0.1:${at.port}` })]);
        });
      });
    const [first, lost] = await breaking("");
    await expect(lost.handler(request("/"))).rejects.toMatchObject({ code: "ConnectionLost" });
    await lost.close();
    first.close();
    const [second, cut] = await breaking("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this");
    await expect(textOf(await cut.handler(request("/")))).rejects.toMatchObject({ code: "ResponseCut" });
    await cut.close();
    second.close();
  });

  test("a closed client makes no connection", async () => {
    const own = httpsHandler({ server: server.url, ca: pki.ca.cert });
    await own.close();
    await expect(own.handler(request("/echo"))).rejects.toMatchObject({ code: "ConnectFailed" });
  });
});

describe("upgrade", () => {
  const upgrade = { method: "POST", headers: { upgrade: "Echo", "x-protocol": "v4" }, upgrade: { protocol: "echo" } };

  test("the connection is handed over in both directions", async () => {
    const response = await client.handler(request("/upgrade", upgrade));
    expect([response.status, response.headers["upgrade"], response.headers["x-protocol"]]).toEqual([101, "echo", "v4"]);
    const stream = upgradedStream(response);
    const big = Buffer.alloc(3_000_000, "x");
    const writing = stream.write(big);
    let bytes = 0;
    for await (const chunk of stream.readable) {
      bytes += chunk.length;
      if (bytes === big.length) break;
    }
    await writing;
    stream.destroy();
    expect(bytes).toBe(3_000_000);
    expect(server.seen.at(-1)?.upgrade).toEqual({ protocol: "echo" });
  });

  test("a refusal is an ordinary response, and the server's connection ends", async () => {
    const response = await client.handler(request("/nothing", upgrade));
    expect([response.status, await textOf(response)]).toEqual([404, "no"]);
  });

  test("relays pass an upgrade on, and its end", async () => {
    const relay = await testingServer((r) => client.handler(r), { tls: { ...pki.server, clientCas: [] } });
    const outer = httpsHandler({ server: relay.url, ca: pki.ca.cert });
    const controller = new AbortController();
    const stream = upgradedStream(await outer.handler(request("/upgrade", { ...upgrade, signal: controller.signal })));
    await stream.write(Buffer.from("through"));
    for await (const chunk of stream.readable) {
      expect(Buffer.from(chunk).toString()).toBe("through");
      break;
    }
    controller.abort(new Error("done"));
    await expect.poll(() => relay.connections()).toBe(0);
    await outer.close();
    await relay.close();
  });
});
