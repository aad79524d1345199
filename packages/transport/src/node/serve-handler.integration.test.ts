// The server on loopback with clients of Node.js: both versions of HTTP, certificates, bodies, watches, shutdown.
import { connect as connectH2, type ClientHttp2Session } from "node:http2";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import { type ApiResponse, type Handler, StatusError } from "@skates/apimachinery";
import { systemClock } from "@skates/component-base/node";
import type { KeyPair } from "@skates/pki";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STRONG_TLS } from "./tls-policy.ts";
import { type TestingPki, type TestingServer, testingPki, testingServer, textResponse } from "./server-testing.ts";

let pki: TestingPki;
let server: TestingServer;
let ticks = 0;
let aborted = 0;
let reused = 0;

const json = (value: unknown, status = 200): ApiResponse => ({
  status,
  headers: { "audit-id": "a1" },
  warnings: ["299 - one", "299 - two"],
  body: { kind: "json", value },
});

async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      yield Buffer.from(`{"tick":${++ticks}}\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    if (signal.aborted) aborted++;
  }
}

/** Two hundred chunks in memory that is used again, and spoilt, as soon as a chunk is said to be sent. */
function lent(): { readonly chunks: AsyncIterable<Uint8Array>; sent(chunk: Uint8Array): void } {
  const free: Uint8Array[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 200; i++) yield (free.pop() ?? Buffer.alloc(100_000)).fill(97 + (i % 26));
  }
  return {
    chunks: chunks(),
    sent: (chunk) => {
      reused++;
      free.push(chunk.fill(33));
    },
  };
}

const handler: Handler = async (request) => {
  switch (request.path) {
    case "/who":
      return json("tls" in request.peer ? (request.peer.tls.certificate ?? null) : null);
    case "/echo": {
      if (request.body.kind !== "bytes") return json({ body: request.body.kind });
      try {
        const bytes = await request.body.read(1000);
        return json({ mediaType: request.body.mediaType, bytes: bytes.length, text: Buffer.from(bytes).toString() });
      } catch (thrown) {
        if (thrown instanceof StatusError) return json(thrown.toStatus(), thrown.code);
        throw thrown;
      }
    }
    case "/refuse":
      return json({ refused: true }, 403);
    case "/request":
      return json({ method: request.method, path: request.path, query: [...request.query], headers: request.headers });
    case "/watch":
      return {
        status: 200,
        headers: {},
        body: { kind: "bytes", mediaType: "application/json;stream=watch", chunks: endless(request.signal) },
      };
    case "/large":
      return {
        status: 200,
        headers: {},
        body: {
          kind: "bytes",
          mediaType: "text/plain",
          chunks: Array.from({ length: 300 }, (_, i) => Buffer.alloc(17_000, 97 + (i % 26))),
        },
      };
    case "/lent":
      return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "text/plain", ...lent() } };
    case "/none":
      return { status: 204, headers: {}, body: { kind: "none" } };
    case "/hang":
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      aborted++;
      return textResponse("too late");
    case "/throw":
      throw new Error("a bug");
    default:
      return textResponse("plain");
  }
};

beforeAll(async () => {
  pki = await testingPki();
  server = await testingServer(handler, {
    tls: { ...pki.server, clientCas: [pki.ca.cert] },
    limits: { headersTimeoutMs: 300, bodyTimeoutMs: 300, stallTimeoutMs: 300, resetsMax: 20, resetsPerSecond: 1 },
  });
});
afterAll(() => server.close({ graceMs: 0 }));

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly agent?: Agent;
  readonly body?: string;
  readonly client?: KeyPair;
  readonly to?: TestingServer;
}

function ask1(path: string, ask: Ask = {}): Promise<Answer> {
  const options: RequestOptions = {
    host: "127.0.0.1",
    port: (ask.to ?? server).port,
    path,
    method: ask.method ?? "GET",
    headers: { ...ask.headers },
    ca: pki.ca.cert,
    ...ask.client,
    agent: ask.agent ?? false,
  };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (c) => chunks.push(c));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on("error", reject);
    request.end(ask.body);
  });
}

function session(client?: KeyPair, to = server): ClientHttp2Session {
  const made = connectH2(to.url, { ca: pki.ca.cert, ...client });
  made.on("error", () => undefined);
  return made;
}

async function ask2(path: string, ask: Ask = {}): Promise<Answer> {
  const made = session(ask.client, ask.to);
  try {
    return await new Promise((resolve, reject) => {
      const stream = made.request(
        { ":method": ask.method ?? "GET", ":path": path, ...ask.headers },
        { endStream: ask.body === undefined },
      );
      const chunks: Buffer[] = [];
      let head: any = {};
      made.on("error", reject);
      stream.on("response", (headers) => (head = headers));
      stream.on("data", (c) => chunks.push(c));
      stream.on("error", reject);
      stream.on("end", () =>
        resolve({ status: head[":status"], headers: head, text: Buffer.concat(chunks).toString() }),
      );
      if (ask.body !== undefined) stream.end(ask.body);
    });
  } finally {
    made.close();
  }
}

/** Writes raw text and returns all that comes back until the server closes. */
function raw(text: string | readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: "127.0.0.1", port: server.port, ca: pki.ca.cert }, () => {
      for (const part of typeof text === "string" ? [text] : text) socket.write(part);
    });
    let out = "";
    socket.on("data", (c) => (out += c));
    socket.on("error", () => resolve(out));
    socket.on("close", () => resolve(out));
  });
}

describe.each([
  ["HTTP/1.1", ask1],
  ["HTTP/2", ask2],
])("%s", (_version, ask) => {
  test("carries method, path, query and headers to the handler, and the response back", async () => {
    const answer = await ask("/request?watch=0&labelSelector=a%3Db", { headers: { "user-agent": "me", "X-A": "1" } });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      method: "GET",
      path: "/request",
      query: [
        ["watch", "0"],
        ["labelSelector", "a=b"],
      ],
      headers: { "user-agent": "me", "x-a": "1", host: `127.0.0.1:${server.port}` },
    });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(answer.text)),
      "audit-id": "a1",
      warning: "299 - one, 299 - two",
    });
    expect(answer.headers["date"]).toBeDefined();
  });

  test("bodies are read on demand; none is told apart from an empty one", async () => {
    const post = { method: "POST", headers: { "content-type": "Application/JSON; charset=utf-8" } };
    const answer = await ask("/echo", { ...post, body: "hello" });
    expect(JSON.parse(answer.text)).toEqual({ mediaType: "application/json", bytes: 5, text: "hello" });
    expect(JSON.parse((await ask("/echo")).text)).toEqual({ body: "none" });
  });

  test("a body over the limit is refused with upstream's text, announced or not", async () => {
    const body = "x".repeat(200_000);
    for (const headers of [{ "content-length": "200000" }, {}]) {
      const answer = await ask("/echo", { method: "POST", headers, body });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text)).toMatchObject({
        reason: "RequestEntityTooLarge",
        message: "Request entity too large: limit is 1000",
      });
    }
  });

  test("a refusal that leaves a body unread arrives", async () => {
    const answer = await ask("/refuse", { method: "POST", body: "x".repeat(3_000_000) });
    expect([answer.status, answer.text]).toEqual([403, '{"refused":true}']);
  });

  test("HEAD has the headers of GET and no body; 204 has neither body nor length", async () => {
    const head = await ask("/who", { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "4", ""]);
    const none = await ask("/none");
    expect([none.status, none.headers["content-length"], none.text]).toEqual([204, undefined, ""]);
  });

  test("memory of chunks is given back only when they have left", async () => {
    reused = 0;
    const { status, text } = await ask("/lent");
    const wanted = Array.from({ length: 200 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(100_000)).join("");
    expect([status, text === wanted, reused]).toEqual([200, true, 200]);
  });

  test("a large body of many chunks arrives whole", async () => {
    const { text, headers } = await ask("/large");
    expect(headers["content-length"]).toBe("5100000");
    expect(text.length).toBe(5_100_000);
    expect([text[0], text[16_999], text[17_000], text.at(-1)]).toEqual(["a", "a", "b", "n"]);
  });

  test("a client certificate of the CA counts, with name and groups", async () => {
    const client = await pki.issue({ commonName: "jane", organizations: ["dev", "system:masters"] });
    expect(JSON.parse((await ask("/who", { client })).text)).toMatchObject({
      commonName: "jane",
      organizations: ["dev", "system:masters"],
    });
    expect(JSON.parse((await ask("/who")).text)).toBeNull();
  });

  test("certificates of another CA, out of date, or meant for servers do not count", async () => {
    const foreign = await (await testingPki()).issue({ commonName: "jane", organizations: ["system:masters"] });
    const expired = await (await testingPki(10 * 86_400_000)).issue({ commonName: "jane" });
    const wrongUse = await pki.issue({ commonName: "jane", usages: ["server"] });
    for (const client of [foreign, expired, wrongUse]) {
      const answer = await ask("/who", { client });
      expect([answer.status, answer.text]).toEqual([200, "null"]);
    }
  });

  test("a bug in the handler is a Status 500 without details, and is logged", async () => {
    const answer = await ask("/throw");
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: "Status", reason: "InternalError", code: 500 });
    expect(answer.text).not.toContain("a bug");
    expect(server.logged.some((line) => line.pairs["error"] === "a bug")).toBe(true);
  });
});

describe("watch", () => {
  test("the head comes at once, events as they happen, and leaving ends the producer", async () => {
    const before = aborted;
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const request = httpsRequest(
        { host: "127.0.0.1", port: server.port, path: "/watch?watch=1", ca: pki.ca.cert, agent: false },
        (response) =>
          response.on("data", (chunk) => {
            seen.push(String(chunk));
            if (seen.length === 3) {
              request.destroy();
              resolve();
            }
          }),
      );
      request.on("error", () => undefined);
      request.end();
    });
    await expect.poll(() => aborted).toBe(before + 1);
    const client = session();
    const stream = client.request({ ":path": "/watch?watch=1" });
    await new Promise((resolve) => stream.once("data", resolve));
    stream.close(8);
    await expect.poll(() => aborted).toBe(before + 2);
    client.close();
  });

  test("a caller that leaves aborts the request's signal", async () => {
    const before = aborted;
    const request = httpsRequest({
      host: "127.0.0.1",
      port: server.port,
      path: "/hang",
      ca: pki.ca.cert,
      agent: false,
    });
    request.on("error", () => undefined).end();
    await expect.poll(() => server.seen.at(-1)?.path).toBe("/hang");
    request.destroy();
    await expect.poll(() => aborted).toBe(before + 1);
  });
});

describe("abuse", () => {
  test("malformed requests and headers over the limit get a Status", async () => {
    const malformed = await raw("NONSENSE\r\n\r\n");
    expect(malformed).toMatch(/^HTTP\/1\.1 400 BadRequest\r\n/);
    expect(malformed).toContain('"kind":"Status"');
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nbig: ${"x".repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    const hostless = await raw("GET / HTTP/1.1\r\nconnection: close\r\n\r\n");
    expect(hostless).toMatch(/^HTTP\/1\.1 400 /);
    expect(hostless).toContain("missing required Host header");
  });

  test("headers that do not end in time are answered with 408", async () => {
    const slow = await raw("GET / HTTP/1.1\r\nhost: x\r\nslow: ");
    expect(slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow).toContain('"reason":"Timeout"');
  });

  test("connections that are never used, or stuck in the handshake, are closed", async () => {
    const own = await testingServer(handler, {
      tls: { ...pki.server, clientCas: [] },
      limits: { headersTimeoutMs: 200, handshakeTimeoutMs: 200 },
    });
    const idle = session(undefined, own);
    const idleClosed = new Promise((resolve) => idle.once("close", resolve));
    const silent = connectPlain(own.port, "127.0.0.1");
    const silentClosed = new Promise((resolve) => silent.on("error", resolve).once("close", resolve));
    const mute = connectTls({ host: "127.0.0.1", port: own.port, ca: pki.ca.cert });
    const muteClosed = new Promise((resolve) => mute.on("error", resolve).once("close", resolve));
    mute.resume();
    silent.resume();
    await Promise.all([idleClosed, silentClosed, muteClosed]);
    await expect.poll(() => own.connections()).toBe(0);
    await own.close();
  });

  test("more connections, or more requests sent ahead, than allowed are cut off", async () => {
    const own = await testingServer(handler, {
      tls: { ...pki.server, clientCas: [] },
      limits: { connectionsMax: 1, pipelinedMax: 3 },
    });
    const first = connectTls({ host: "127.0.0.1", port: own.port, ca: pki.ca.cert });
    await new Promise<void>((resolve) => first.once("secureConnect", () => resolve()));
    await expect(ask1("/who", { to: own })).rejects.toThrow();
    const closed = new Promise((resolve) => first.on("error", resolve).once("close", resolve));
    first.write("GET /hang HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5));
    await closed;
    expect(own.seen.length).toBeLessThanOrEqual(3);
    await own.close();
  });

  test("one address has so many connections, and gets others once it closes some", async () => {
    const own = await testingServer(handler, {
      tls: { ...pki.server, clientCas: [] },
      limits: { connectionsPerAddressMax: 2 },
    });
    const held = [session(undefined, own), session(undefined, own)];
    await Promise.all(held.map((each) => new Promise<void>((resolve) => each.once("connect", () => resolve()))));
    await expect(ask1("/who", { to: own })).rejects.toThrow();
    held[0]?.close();
    await expect.poll(() => own.connections()).toBe(1);
    expect((await ask1("/who", { to: own })).status).toBe(200);
    await own.close({ graceMs: 0 });
  });

  test("an HTTP/2 body that does not arrive in time is answered with 408", async () => {
    const client = session();
    const stream = client.request({ ":method": "POST", ":path": "/echo", "content-length": "5" });
    stream.write("ab");
    const status = await new Promise((resolve) => stream.once("response", (head) => resolve(head[":status"])));
    expect(status).toBe(408);
    client.destroy();
  });

  test("an HTTP/2 request with more headers, or larger ones, than allowed is refused", async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, "1"]));
    await expect(ask2("/who", { headers: many })).rejects.toThrow();
    await expect(ask2("/who", { headers: { big: "x".repeat(100_000) } })).rejects.toThrow();
    expect((await ask2("/who")).status).toBe(200);
  });

  test("a body that does not arrive in time is answered with 408", async () => {
    const answer = await raw("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nab");
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"reason":"Timeout"');
  });

  test("Expect: 100-continue is answered when the body is wanted, and not otherwise", async () => {
    const head =
      "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n";
    expect(await raw([head, "ab"])).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(await raw(head.replace("/echo", "/refuse"))).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("an HTTP/2 client that opens and abandons requests is disconnected", async () => {
    const client = session();
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    const reset = (): void => {
      if (client.destroyed || client.closed) return;
      const stream = client.request({ ":path": "/hang" });
      stream.on("error", () => undefined);
      setTimeout(() => stream.close(8), 5);
    };
    const timer = setInterval(() => Array.from({ length: 5 }).forEach(reset), 5);
    await closed;
    clearInterval(timer);
    expect(server.logged.some((line) => line.message.includes("too many requests abandoned"))).toBe(true);
  });

  describe("frames that cost the caller nothing", () => {
    const frame = (type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer => {
      const head = Buffer.alloc(9);
      head.writeUIntBE(payload.length, 0, 3);
      head.writeUInt8(type, 3);
      head.writeUInt8(flags, 4);
      head.writeUInt32BE(stream, 5);
      return Buffer.concat([head, payload]);
    };
    const [SETTINGS, PING, WINDOW_UPDATE, HEADERS, CONTINUATION] = [4, 6, 8, 1, 9] as const;
    /** `:method GET`, `:scheme https`, `:path /hang`, `:authority a`, in HPACK. */
    const block = Buffer.concat([
      Buffer.from([0x82, 0x87, 0x04, 5]),
      Buffer.from("/hang"),
      Buffer.from([0x41, 1, 0x61]),
    ]);

    /** Sends frames, reading all that comes back, until the server closes or all are sent; how many bytes it took, and whether it closed. */
    async function flood(next: (i: number) => Buffer, bytesMax: number): Promise<{ closed: boolean; sent: number }> {
      const socket = connectTls({ host: "127.0.0.1", port: server.port, ca: pki.ca.cert, ALPNProtocols: ["h2"] });
      await new Promise<void>((resolve) => socket.once("secureConnect", () => resolve()));
      let closed = false;
      socket.on("close", () => (closed = true));
      socket.on("error", () => undefined);
      socket.resume();
      socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(SETTINGS, 0, 0)]));
      let sent = 0;
      for (let i = 0; !closed && sent < bytesMax; i++) {
        const bytes = next(i);
        sent += bytes.length;
        if (!socket.write(bytes)) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      for (let i = 0; i < 200 && !closed; i++) await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
      return { closed, sent };
    }

    test.each<[string, (i: number) => Buffer, string]>([
      // CVE-2019-9512, CVE-2019-9515: each is answered, also while the caller reads the answers.
      ["pings", () => frame(PING, 0, 0, Buffer.alloc(8)), "too many pings or settings"],
      ["settings", () => frame(SETTINGS, 0, 0), "too many pings or settings"],
      // CVE-2025-8671: the stream is reset for a frame that makes no sense, while the server works on; here the connection ends at once.
      [
        "requests that the server has to reset",
        (i) =>
          Buffer.concat([
            frame(HEADERS, 0x05, 2 * i + 1, block),
            frame(WINDOW_UPDATE, 0, 2 * i + 1, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
          ]),
        "Flow control error",
      ],
    ])("%s end the connection", async (_what, next, message) => {
      const before = server.logged.length;
      const { closed } = await flood(next, 200_000);
      expect([closed, JSON.stringify(server.logged.slice(before)).includes(message)]).toEqual([true, true]);
    });

    // CVE-2024-27983, VU#421644: headers that never end fill the memory.
    test("headers that never end are cut off", async () => {
      const part = Buffer.alloc(16_000, 0x40); // literal fields without end
      const { closed, sent } = await flood(
        (i) => (i === 0 ? frame(HEADERS, 0, 1, block) : frame(CONTINUATION, 0, 1, part)),
        50_000_000,
      );
      expect([closed, sent < 5_000_000]).toEqual([true, true]);
    });
  });

  test("a caller that takes nothing of a large response is cut off", async () => {
    const socket = connectTls({ host: "127.0.0.1", port: server.port, ca: pki.ca.cert });
    await new Promise<void>((resolve) => socket.once("secureConnect", () => resolve()));
    socket.pause();
    socket.write("GET /large HTTP/1.1\r\nhost: x\r\n\r\n".repeat(8));
    await expect
      .poll(() => server.logged.some((l) => String(l.pairs["error"]).includes("took nothing for 300 ms")), {
        timeout: 5_000,
      })
      .toBe(true);
    socket.destroy();
  });
});

describe("server", () => {
  test("an old protocol or a wrong ALPN is refused in the handshake", async () => {
    const tls = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: "127.0.0.1", port: server.port, ca: pki.ca.cert, ...options });
        socket.on("secureConnect", () => resolve(String(socket.alpnProtocol)));
        socket.on("error", (error: any) => resolve(error.code));
      });
    expect(await tls({ ALPNProtocols: ["h2", "http/1.1"] })).toBe("h2");
    expect(await tls({ ALPNProtocols: ["http/1.1"] })).toBe("http/1.1");
    expect(await tls({})).toBe("false");
    expect(await tls({ ALPNProtocols: ["h3"] })).toMatch(/ALERT|ECONNRESET/);
    expect(await tls({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1" })).toMatch(/ALERT|UNSUPPORTED|VERSION|PROTOCOL/);
  });

  test("of TLS 1.2 it speaks strong ciphers only, by default; and what a policy names", async () => {
    const agreed = (port: number, options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: "127.0.0.1", port, ca: pki.ca.cert, ...options });
        socket.on("secureConnect", () => {
          resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
          socket.destroy();
        });
        socket.on("error", () => resolve("refused"));
      });
    const old = (ciphers: string) => ({ maxVersion: "TLSv1.2", ciphers });
    const ask = (port: number): Promise<readonly string[]> =>
      Promise.all(
        [{}, old("ECDHE-ECDSA-AES256-GCM-SHA384"), old("ECDHE-ECDSA-AES128-SHA"), old("AES128-GCM-SHA256")].map(
          (options) => agreed(port, options),
        ),
      );
    const tls = { ...pki.server, clientCas: [pki.ca.cert] };
    const weaker = await testingServer(handler, {
      tls,
      policy: { minVersion: "TLSv1.2", cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"] },
    });
    const newest = await testingServer(handler, { tls, policy: { ...STRONG_TLS, minVersion: "TLSv1.3" } });
    try {
      const tls13 = "TLSv1.3 TLS_AES_128_GCM_SHA256";
      expect(await Promise.all([server, weaker, newest].map(({ port }) => ask(port)))).toEqual([
        [tls13, "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384", "refused", "refused"],
        [tls13, "refused", "TLSv1.2 ECDHE-ECDSA-AES128-SHA", "refused"],
        [tls13, "refused", "refused", "refused"],
      ]);
    } finally {
      await Promise.all([weaker.close({ graceMs: 0 }), newest.close({ graceMs: 0 })]);
    }
  });

  test("a certificate counts until it expires, also on a connection that outlives it", async () => {
    let laterMs = 0;
    const clock = { ...systemClock(), nowMs: () => Date.now() + laterMs };
    const own = await testingServer(handler, { tls: { ...pki.server, clientCas: [pki.ca.cert] }, clock });
    const made = session(await pki.issue({ commonName: "jane", validMs: 86_400_000 }), own);
    const who = (): Promise<string> =>
      new Promise((resolve, reject) => {
        let text = "";
        const stream = made.request({ ":path": "/who" });
        stream.on("data", (c) => (text += c)).on("error", reject);
        stream.on("end", () => resolve(text));
      });
    expect(JSON.parse(await who())).toMatchObject({ commonName: "jane" });
    laterMs = 2 * 86_400_000;
    expect(await who()).toBe("null");
    made.close();
    await own.close();
  });

  test("new certificates and CAs count for new connections", async () => {
    const other = await testingPki();
    const own = await testingServer(handler, { tls: { ...pki.server, clientCas: [pki.ca.cert] } });
    const client = await other.issue({ commonName: "newcomer" });
    expect((await ask1("/who", { client, to: own })).text).toBe("null");
    own.replaceTls({ ...pki.server, clientCas: [pki.ca.cert, other.ca.cert] });
    expect(JSON.parse((await ask1("/who", { client, to: own })).text)).toMatchObject({ commonName: "newcomer" });
    expect((await ask1("/who", { client: await pki.issue({}), to: own })).text).toContain("somebody");
    await own.close();
  });

  test("a CA that is taken out stops to count on connections that are open, and a front proxy's certificate is no client's", async () => {
    const front = await testingPki();
    const own = await testingServer(handler, {
      tls: { ...pki.server, clientCas: [pki.ca.cert], frontProxyCas: [front.ca.cert] },
    });
    const peerOf = (): unknown => own.seen.at(-1)?.peer;
    const proxy = await front.issue({ commonName: "front-proxy-client" });
    await ask1("/who", { client: proxy, to: own });
    expect(peerOf()).toMatchObject({ tls: { frontProxyCertificate: { commonName: "front-proxy-client" } } });
    expect(peerOf()).not.toHaveProperty("tls.certificate");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const client = await pki.issue({ commonName: "jane" });
    await ask1("/who", { client, to: own, agent });
    expect(peerOf()).toMatchObject({ tls: { certificate: { commonName: "jane" } } });
    own.replaceTls({ ...pki.server, clientCas: [], frontProxyCas: [] });
    await ask1("/who", { client, to: own, agent });
    expect(peerOf()).toEqual({
      tls: { remoteAddress: "127.0.0.1", certificateFailure: "certificate signed by unknown authority" },
    });
    expect(() =>
      own.replaceTls({ ...pki.server, clientCas: ["-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----"] }),
    ).toThrow();
    agent.destroy();
    await own.close();
  });

  test("a certificate for servers only, and one that is cut, prove nothing", async () => {
    const own = await testingServer(handler, { tls: { ...pki.server, clientCas: [pki.ca.cert] } });
    await ask1("/who", { client: await pki.issue({ commonName: "jane", usages: ["server"] }), to: own });
    expect(own.seen.at(-1)?.peer).toMatchObject({ tls: { certificateFailure: expect.stringMatching(/PURPOSE/) } });
    const jane = await pki.issue({ commonName: "jane" });
    const cut = { key: jane.key, cert: jane.cert.slice(0, 300) };
    await expect(ask1("/who", { client: cut, to: own })).rejects.toThrow();
    await own.close();
  });

  test("headers that are sent several times are told one by one over both protocols", async () => {
    const own = await testingServer(handler, { tls: { ...pki.server, clientCas: [] } });
    const headers = { "x-remote-group": ["a", "b, c"], "x-one": "d, e" };
    await ask1("/who", { to: own, headers });
    await ask2("/who", { to: own, headers });
    expect(own.seen.map((request) => ({ ...request.repeatedHeaders }))).toEqual([
      { "x-remote-group": ["a", "b, c"] },
      { "x-remote-group": ["a", "b, c"] },
    ]);
    await own.close();
  });

  test("closing ends watches in good order and waits for what is under way", async () => {
    const own = await testingServer(
      async (request) => {
        if (request.path !== "/slow") return await handler(request);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return textResponse("done");
      },
      { tls: { ...pki.server, clientCas: [] } },
    );
    const answers = Promise.all([
      ask1("/watch?watch=true", { to: own }),
      ask2("/watch?watch=true", { to: own }),
      ask1("/slow", { to: own }),
      ask2("/slow", { to: own }),
    ]);
    await expect.poll(() => own.seen.length).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await own.close({ graceMs: 5_000 });
    const [watch1, watch2, slow1, slow2] = await answers;
    expect(watch1.text).toMatch(/^({"tick":\d+}\n)+$/);
    expect(watch2.text).toMatch(/^({"tick":\d+}\n)+$/);
    expect([slow1.text, slow2.text]).toEqual(["done", "done"]);
    await expect(ask1("/who", { to: own })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("closing cuts what does not end in time", async () => {
    const own = await testingServer(handler, { tls: { ...pki.server, clientCas: [] } });
    const answer = ask1("/hang", { to: own }).catch((error: Error) => error.message);
    await expect.poll(() => own.seen.length).toBe(1);
    const before = aborted;
    await own.close({ graceMs: 50 });
    expect(await answer).toMatch(/socket hang up|ECONNRESET/);
    await expect.poll(() => aborted).toBe(before + 1);
  });

  test("a port in use is refused with the system's code", async () => {
    await expect(testingServer(handler, { port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
