// What callers may cost: malformed requests, times, connections, bodies, streams and frames each end at their limit.
import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerProbe, serverProbe } from "./server-probe.ts";
import { testingServer } from "./server-testing.ts";

let at: ServerProbe;
beforeAll(async () => {
  at = await serverProbe();
});
afterAll(() => at.close());

test("malformed requests and headers over the limit get a Status", async () => {
  const malformed = await at.raw("NONSENSE\r\n\r\n");
  expect(malformed).toMatch(/^HTTP\/1\.1 400 BadRequest\r\n/);
  expect(malformed).toContain('"kind":"Status"');
  expect(await at.raw(`GET / HTTP/1.1\r\nhost: x\r\nbig: ${"x".repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  const hostless = await at.raw("GET / HTTP/1.1\r\nconnection: close\r\n\r\n");
  expect(hostless).toMatch(/^HTTP\/1\.1 400 /);
  expect(hostless).toContain("missing required Host header");
});

test("headers that do not end in time are answered with 408", async () => {
  const slow = await at.raw("GET / HTTP/1.1\r\nhost: x\r\nslow: ");
  expect(slow).toMatch(/^HTTP\/1\.1 408 /);
  expect(slow).toContain('"reason":"Timeout"');
});

test("connections that are never used, or stuck in the handshake, are closed", async () => {
  const own = await testingServer(at.handler, {
    tls: { ...at.pki.server, clientCas: [] },
    limits: { headersTimeoutMs: 200, handshakeTimeoutMs: 200 },
  });
  const idle = at.session(undefined, own);
  const idleClosed = new Promise((resolve) => idle.once("close", resolve));
  const silent = connectPlain(own.port, "127.0.0.1");
  const silentClosed = new Promise((resolve) => silent.on("error", resolve).once("close", resolve));
  const mute = connectTls({ host: "127.0.0.1", port: own.port, ca: at.pki.ca.cert });
  const muteClosed = new Promise((resolve) => mute.on("error", resolve).once("close", resolve));
  mute.resume();
  silent.resume();
  await Promise.all([idleClosed, silentClosed, muteClosed]);
  await expect.poll(() => own.connections()).toBe(0);
  await own.close();
});

test("more connections, or more requests sent ahead, than allowed are cut off", async () => {
  const own = await testingServer(at.handler, {
    tls: { ...at.pki.server, clientCas: [] },
    limits: { connectionsMax: 1, pipelinedMax: 3 },
  });
  const first = connectTls({ host: "127.0.0.1", port: own.port, ca: at.pki.ca.cert });
  await new Promise<void>((resolve) => first.once("secureConnect", () => resolve()));
  await expect(at.ask1("/who", { to: own })).rejects.toThrow();
  const closed = new Promise((resolve) => first.on("error", resolve).once("close", resolve));
  first.write("GET /hang HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5));
  await closed;
  expect(own.seen.length).toBeLessThanOrEqual(3);
  await own.close();
});

test("one address has so many connections, and gets others once it closes some", async () => {
  const own = await testingServer(at.handler, {
    tls: { ...at.pki.server, clientCas: [] },
    limits: { connectionsPerAddressMax: 2 },
  });
  const held = [at.session(undefined, own), at.session(undefined, own)];
  await Promise.all(held.map((each) => new Promise<void>((resolve) => each.once("connect", () => resolve()))));
  await expect(at.ask1("/who", { to: own })).rejects.toThrow();
  held[0]?.close();
  await expect.poll(() => own.connections()).toBe(1);
  expect((await at.ask1("/who", { to: own })).status).toBe(200);
  await own.close({ graceMs: 0 });
});

test("an HTTP/2 body that does not arrive in time is answered with 408", async () => {
  const client = at.session();
  const stream = client.request({ ":method": "POST", ":path": "/echo", "content-length": "5" });
  stream.write("ab");
  const status = await new Promise((resolve) => stream.once("response", (head) => resolve(head[":status"])));
  expect(status).toBe(408);
  client.destroy();
});

test("an HTTP/2 request with more headers, or larger ones, than allowed is refused", async () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, "1"]));
  await expect(at.ask2("/who", { headers: many })).rejects.toThrow();
  await expect(at.ask2("/who", { headers: { big: "x".repeat(100_000) } })).rejects.toThrow();
  expect((await at.ask2("/who")).status).toBe(200);
});

test("a body that does not arrive in time is answered with 408", async () => {
  const answer = await at.raw("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nab");
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"reason":"Timeout"');
});

test("Expect: 100-continue is answered when the body is wanted, and not otherwise", async () => {
  const head =
    "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n";
  expect(await at.raw([head, "ab"])).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  expect(await at.raw(head.replace("/echo", "/refuse"))).toMatch(/^HTTP\/1\.1 403 /);
});

test("an HTTP/2 client that opens and abandons requests is disconnected", async () => {
  const client = at.session();
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
  expect(at.server.logged.some((line) => line.message.includes("too many requests abandoned"))).toBe(true);
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
  const block = Buffer.concat([Buffer.from([0x82, 0x87, 0x04, 5]), Buffer.from("/hang"), Buffer.from([0x41, 1, 0x61])]);

  /** Sends frames, reading all that comes back, until the server closes or all are sent; how many bytes it took, and whether it closed. */
  async function flood(next: (i: number) => Buffer, bytesMax: number): Promise<{ closed: boolean; sent: number }> {
    const socket = connectTls({ host: "127.0.0.1", port: at.server.port, ca: at.pki.ca.cert, ALPNProtocols: ["h2"] });
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
    const before = at.server.logged.length;
    const { closed } = await flood(next, 200_000);
    expect([closed, JSON.stringify(at.server.logged.slice(before)).includes(message)]).toEqual([true, true]);
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
  const socket = connectTls({ host: "127.0.0.1", port: at.server.port, ca: at.pki.ca.cert });
  await new Promise<void>((resolve) => socket.once("secureConnect", () => resolve()));
  socket.pause();
  socket.write("GET /large HTTP/1.1\r\nhost: x\r\n\r\n".repeat(8));
  await expect
    .poll(() => at.server.logged.some((l) => String(l.pairs["error"]).includes("took nothing for 300 ms")), {
      timeout: 5_000,
    })
    .toBe(true);
  socket.destroy();
});
