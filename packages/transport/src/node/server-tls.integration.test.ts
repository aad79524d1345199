// TLS: protocols and ciphers that are spoken, and what certificates prove, for how long, and under which authorities.
import { Agent } from "node:https";
import { connect as connectTls } from "node:tls";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProbe, serverProbe } from "./server-probe.ts";
import { testingPki, testingServer } from "./server-testing.ts";
import { STRONG_TLS } from "./tls-policy.ts";

let at: ServerProbe;
beforeAll(async () => {
  at = await serverProbe();
});
afterAll(() => at.close());

test("an old protocol or a wrong ALPN is refused in the handshake", async () => {
  const tls = (options: object): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({ host: "127.0.0.1", port: at.server.port, ca: at.pki.ca.cert, ...options });
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
      const socket = connectTls({ host: "127.0.0.1", port, ca: at.pki.ca.cert, ...options });
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
  const tls = { ...at.pki.server, clientCas: [at.pki.ca.cert] };
  const weaker = await testingServer(at.handler, {
    tls,
    policy: { minVersion: "TLSv1.2", cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"] },
  });
  const newest = await testingServer(at.handler, { tls, policy: { ...STRONG_TLS, minVersion: "TLSv1.3" } });
  try {
    const tls13 = "TLSv1.3 TLS_AES_128_GCM_SHA256";
    expect(await Promise.all([at.server, weaker, newest].map(({ port }) => ask(port)))).toEqual([
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
  const own = await testingServer(at.handler, { tls: { ...at.pki.server, clientCas: [at.pki.ca.cert] }, clock });
  const made = at.session(await at.pki.issue({ commonName: "jane", validMs: 86_400_000 }), own);
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
  const own = await testingServer(at.handler, { tls: { ...at.pki.server, clientCas: [at.pki.ca.cert] } });
  const client = await other.issue({ commonName: "newcomer" });
  expect((await at.ask1("/who", { client, to: own })).text).toBe("null");
  own.replaceTls({ ...at.pki.server, clientCas: [at.pki.ca.cert, other.ca.cert] });
  expect(JSON.parse((await at.ask1("/who", { client, to: own })).text)).toMatchObject({ commonName: "newcomer" });
  expect((await at.ask1("/who", { client: await at.pki.issue({}), to: own })).text).toContain("somebody");
  await own.close();
});

test("a CA that is taken out stops to count on connections that are open, and a front proxy's certificate is no client's", async () => {
  const front = await testingPki();
  const own = await testingServer(at.handler, {
    tls: { ...at.pki.server, clientCas: [at.pki.ca.cert], frontProxyCas: [front.ca.cert] },
  });
  const peerOf = (): unknown => own.seen.at(-1)?.peer;
  const proxy = await front.issue({ commonName: "front-proxy-client" });
  await at.ask1("/who", { client: proxy, to: own });
  expect(peerOf()).toMatchObject({ tls: { frontProxyCertificate: { commonName: "front-proxy-client" } } });
  expect(peerOf()).not.toHaveProperty("tls.certificate");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const client = await at.pki.issue({ commonName: "jane" });
  await at.ask1("/who", { client, to: own, agent });
  expect(peerOf()).toMatchObject({ tls: { certificate: { commonName: "jane" } } });
  own.replaceTls({ ...at.pki.server, clientCas: [], frontProxyCas: [] });
  await at.ask1("/who", { client, to: own, agent });
  expect(peerOf()).toEqual({
    tls: { remoteAddress: "127.0.0.1", certificateFailure: "certificate signed by unknown authority" },
  });
  expect(() =>
    own.replaceTls({ ...at.pki.server, clientCas: ["-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----"] }),
  ).toThrow();
  agent.destroy();
  await own.close();
});

test("a certificate for servers only, and one that is cut, prove nothing", async () => {
  const own = await testingServer(at.handler, { tls: { ...at.pki.server, clientCas: [at.pki.ca.cert] } });
  await at.ask1("/who", { client: await at.pki.issue({ commonName: "jane", usages: ["server"] }), to: own });
  expect(own.seen.at(-1)?.peer).toMatchObject({ tls: { certificateFailure: expect.stringMatching(/PURPOSE/) } });
  const jane = await at.pki.issue({ commonName: "jane" });
  const cut = { key: jane.key, cert: jane.cert.slice(0, 300) };
  await expect(at.ask1("/who", { client: cut, to: own })).rejects.toThrow();
  await own.close();
});
