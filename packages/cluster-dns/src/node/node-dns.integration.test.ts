// A resolver behind real sockets, a second one as the server it forwards to, and Node's own resolver as the client.
import { createConnection } from "node:net";
import { Resolver as StubResolver } from "node:dns/promises";
import { systemClock } from "@skates/component-base/node";
import { expect, test } from "vitest";
import { DNS_LIMITS } from "../source-limits.ts";
import { RCODE, type Answer, parseQuery, writeAnswer } from "../message.ts";
import { TYPE } from "../message.ts";
import { readAnswers } from "../read-answers.ts";
import { writeQuery } from "../write-query.ts";
import type { Resolver } from "../resolver.ts";
import { forwardTo, nameServersOf } from "./forward.ts";
import { listenDns } from "./listen.ts";

const clock = systemClock();
const addresses: Resolver = (packet, transport) => {
  const query = parseQuery(packet);
  if (query === undefined || "malformed" in query) return Promise.resolve(undefined);
  const count = query.question.name.startsWith("many") ? 100 : 1;
  const answers: Answer["answers"] = Array.from({ length: count }, (_, i) => ({
    name: query.question.name,
    ttlSeconds: 1,
    data: { type: "A", address: `192.0.2.${i + 1}` },
  }));
  return Promise.resolve(writeAnswer(query, { rcode: RCODE.noError, authoritative: true, answers }, transport));
};

function client(port: number): StubResolver {
  const stub = new StubResolver({ timeout: 2_000, tries: 1 });
  stub.setServers([`127.0.0.1:${port}`]);
  return stub;
}

test("answers over UDP, and over TCP what is too long for it, through a forwarder", async () => {
  const origin = await listenDns({ address: "127.0.0.1", port: 0, resolve: addresses, clock });
  const forward = forwardTo(["127.0.0.1"], origin.port);
  const front = await listenDns({ address: "127.0.0.1", port: 0, resolve: forward, clock });
  try {
    expect(await client(front.port).resolve4("one.example")).toEqual(["192.0.2.1"]);
    expect(await client(front.port).resolve4("many.example")).toHaveLength(100);
  } finally {
    await front.close();
    await origin.close();
  }
});

test("a name server to which there is no way is passed over, and nothing else ends", async () => {
  const origin = await listenDns({ address: "127.0.0.1", port: 0, resolve: addresses, clock });
  const never = new AbortController().signal;
  const ask = writeQuery(7, "one.example", TYPE.A);
  try {
    // The system refuses to connect to the address of all at once.
    const both = forwardTo(["255.255.255.255", "127.0.0.1"], origin.port);
    expect(readAnswers(await both(ask, "udp", never))).toHaveLength(1);
    await expect(forwardTo(["255.255.255.255"])(ask, "udp", never)).rejects.toThrow("EACCES");
    await expect(forwardTo(["255.255.255.255"])(ask, "tcp", never)).rejects.toThrow(/EACCES|ENETUNREACH/);
  } finally {
    await origin.close();
  }
});

test("a port that is in use is named", async () => {
  const first = await listenDns({ address: "127.0.0.1", port: 0, resolve: addresses, clock });
  try {
    await expect(listenDns({ address: "127.0.0.1", port: first.port, resolve: addresses, clock })).rejects.toThrow(
      `DNS cannot listen on 127.0.0.1:${first.port}`,
    );
  } finally {
    await first.close();
  }
});

test("name servers come from resolv.conf, but never ourselves", () => {
  const text = "# comment\nsearch example.org\nnameserver 10.96.0.10\n nameserver 192.0.2.53\nnameserver fd00::53\n";
  expect(nameServersOf(text, ["10.96.0.10"])).toEqual(["192.0.2.53", "fd00::53"]);
});

test("an address that asks too much gets no answers, over neither protocol, until the next second", async () => {
  const limits = { ...DNS_LIMITS, perSourceSecond: 5 };
  const server = await listenDns({ address: "127.0.0.1", port: 0, resolve: addresses, clock, limits });
  try {
    const impatient = new StubResolver({ timeout: 200, tries: 1 });
    impatient.setServers([`127.0.0.1:${server.port}`]);
    const asked = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => impatient.resolve4(`n${i}.example`)));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    await expect.poll(() => client(server.port).resolve4("again.example"), { timeout: 5_000 }).toEqual(["192.0.2.1"]);
  } finally {
    await server.close();
  }
});

test("connections beyond those of an address are closed", async () => {
  const limits = { ...DNS_LIMITS, perSourceConnections: 2 };
  const server = await listenDns({ address: "127.0.0.1", port: 0, resolve: addresses, clock, limits });
  const open = () => {
    const socket = createConnection({ host: "127.0.0.1", port: server.port });
    return { socket, closed: new Promise<boolean>((resolve) => socket.once("close", () => resolve(true))) };
  };
  const kept = [open(), open()];
  try {
    await Promise.all(
      kept.map(({ socket }) => new Promise<void>((resolve) => socket.once("connect", () => resolve()))),
    );
    expect(await open().closed).toBe(true);
    expect(kept.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
  } finally {
    for (const { socket } of kept) socket.destroy();
    await server.close();
  }
});
