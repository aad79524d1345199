// An etcd of three members, and one with TLS: failing over, losing the quorum, certificates that fit and that do not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { ensureClusterPki } from "@skates/pki/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../../revision-store.ts";
import { type EtcdProcess, NO_ETCD, startEtcd } from "./etcd-process.ts";
import { openEtcdStore } from "./etcd-store.ts";

const never = new AbortController().signal;
const clock = systemClock();
const value = new Uint8Array(1);

describe.skipIf(NO_ETCD !== undefined)(`three members${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  let members: readonly EtcdProcess[] = [];
  beforeAll(async () => {
    members = await startEtcd(3);
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.close()));
  });

  it("go on without any one of them: reads, writes, watches", async () => {
    const store = await openEtcdStore({ clock, endpoints: members.map((member) => member.endpoint) });
    const seen: Change[] = [];
    const before = await store.head(never);
    const watching = (async () => {
      for await (const batch of store.watch("/f/", before, never)) {
        seen.push(...batch.changes);
        if (seen.length === 6) break;
      }
    })();
    const write = async (key: string): Promise<void> => {
      // A write that was on its way to the member when it died has no known outcome; a later one finds the other members.
      for (let i = 0; i < 10; i++) {
        const done = await store.commit(key, 0, value, {}, never).catch((error: unknown) => error);
        if (typeof done === "object" && done !== null && "ok" in done) return;
      }
      throw new Error(`${key} cannot be written`);
    };
    for (const [i, member] of members.entries()) {
      await write(`/f/${i}-before`);
      await member.kill();
      await write(`/f/${i}-after`);
      expect((await store.range("/f/", {}, never)).count).toBe(2 * i + 2);
      await member.start();
    }
    await watching;
    expect(seen.map((change) => change.key)).toEqual([0, 1, 2].flatMap((i) => [`/f/${i}-before`, `/f/${i}-after`]));
    await store.close();
  }, 60_000);

  it("answer no reads and take no writes without a quorum, and then go on where they were", async () => {
    const store = await openEtcdStore({ clock, endpoints: members.map((member) => member.endpoint) });
    await store.commit("/q/1", 0, value, {}, never);
    const [first, second] = members;
    await Promise.all([first?.kill(), second?.kill()]);
    const [read, write] = await Promise.allSettled([
      store.range("/q/", {}, never),
      store.commit("/q/2", 0, value, {}, never),
    ]);
    expect(read).toMatchObject({ status: "rejected", reason: { code: "Unavailable" } });
    expect(write.status).toBe("rejected");
    if (write.status === "rejected") expect(["Unavailable", "OutcomeUnknown"]).toContain(write.reason.code);
    await Promise.all([first?.start(), second?.start()]);
    const page = await store.range("/q/", {}, never);
    expect(page.entries[0]?.key).toBe("/q/1");
    expect(await store.commit("/q/3", 0, value, {}, never)).toMatchObject({ ok: true });
    await store.close();
  }, 60_000);
});

describe.skipIf(NO_ETCD !== undefined)(`TLS${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "skates-etcd-tls-"));
  let members: readonly EtcdProcess[] = [];
  let tls: { readonly ca: string; readonly cert: string; readonly key: string };
  beforeAll(async () => {
    const pki = await ensureClusterPki({
      directory: join(directory, "pki"),
      clock,
      random: systemRandom(),
      apiServer: { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] },
    });
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    tls = { ca: pki.ca.cert, cert: pki.admin.cert, key: pki.admin.key };
    const args = [
      `--cert-file=${file("server.crt", pki.apiServer.cert)}`,
      `--key-file=${file("server.key", pki.apiServer.key)}`,
      `--trusted-ca-file=${file("ca.crt", pki.ca.cert)}`,
      "--client-cert-auth",
    ];
    members = await startEtcd(1, { scheme: "https", args });
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  it("works with a certificate that etcd trusts", async () => {
    const store = await openEtcdStore({ clock, endpoints: members.map((member) => member.endpoint), tls });
    expect(await store.commit("/tls", 0, value, {}, never)).toMatchObject({ ok: true });
    await store.close();
  });

  it.each([
    ["no certificate", () => ({ ca: tls.ca })],
    ["an authority that did not sign etcd's", () => ({ cert: tls.cert, key: tls.key })],
  ])(
    "says Unavailable with %s",
    async (_, credentials) => {
      const opening = openEtcdStore({ clock, endpoints: members.map((member) => member.endpoint), tls: credentials() });
      await expect(opening).rejects.toMatchObject({ code: "Unavailable" });
    },
    30_000,
  );
});
