// A key management service, played by a gRPC server on a unix socket: one question for many values, keys that change, outages.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { silentLogger, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeMessage, MessageReader } from "../wire.ts";
import { createEncryption, type Encryption } from "./encryption.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const AT = "/registry/secrets/default/x";

/** Encrypts by turning bits over with the number of its key, which the ciphertext names. */
class KeyService {
  keyId = "key-1";
  healthz = "ok";
  readonly asked: string[] = [];
  #server: Server | undefined;
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async start(): Promise<void> {
    const server = new Server();
    this.#server = server;
    const raw = {
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: Buffer) => value,
      requestDeserialize: (value: Buffer) => value,
      responseSerialize: (value: Uint8Array) => Buffer.from(value),
      responseDeserialize: (value: Buffer) => value,
    };
    const flip = (value: Uint8Array, keyId: string): Uint8Array => value.map((byte) => byte ^ keyId.charCodeAt(4));
    const field = (message: Buffer, wanted: number): Uint8Array => {
      const reader = new MessageReader(message);
      for (let at = reader.next(); at !== 0; at = reader.next()) {
        if (at === wanted) return reader.bytes();
        reader.skip();
      }
      return new Uint8Array(0);
    };
    const path = (name: string): string => `/v2.KeyManagementService/${name}`;
    server.addService(
      {
        status: { path: path("Status"), ...raw },
        encrypt: { path: path("Encrypt"), ...raw },
        decrypt: { path: path("Decrypt"), ...raw },
      },
      {
        status: (_: any, reply: any) =>
          reply(
            null,
            encodeMessage([
              [1, "v2"],
              [2, this.healthz],
              [3, this.keyId],
            ]),
          ),
        encrypt: (call: any, reply: any) => {
          this.asked.push("encrypt");
          const note = encodeMessage([
            [1, "kek.example.com"],
            [2, bytes(this.keyId)],
          ]);
          reply(
            null,
            encodeMessage([
              [1, flip(field(call.request, 1), this.keyId)],
              [2, this.keyId],
              [3, [note]],
            ]),
          );
        },
        decrypt: (call: any, reply: any) => {
          this.asked.push("decrypt");
          const keyId = new TextDecoder().decode(field(call.request, 3));
          if (keyId === "") return reply({ code: status.INVALID_ARGUMENT, details: "no key" });
          reply(null, encodeMessage([[1, flip(field(call.request, 1), keyId)]]));
        },
      },
    );
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(this.#address, ServerCredentials.createInsecure(), (e) => (e === null ? resolve() : reject(e))),
    );
  }

  stop(): void {
    this.#server?.forceShutdown();
  }
}

let directory: string;
let service: KeyService;
let address: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "skates-kms-"));
  address = `unix://${join(directory, "kms.sock")}`;
  service = new KeyService(address);
  await service.start();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  service.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<{ encryption: Encryption; clock: ReturnType<typeof virtualClock> }> {
  const clock = virtualClock();
  const encryption = await createEncryption({
    configuration: {
      kind: "EncryptionConfiguration",
      apiVersion: "apiserver.config.k8s.io/v1",
      resources: [
        {
          resources: ["secrets"],
          providers: [{ kms: { apiVersion: "v2", name: "vault", endpoint: address, timeout: "1s" } }, { identity: {} }],
        },
      ],
    },
    resourceOf: () => ({ group: "", resource: "secrets" }),
    clock,
    log: silentLogger,
  });
  const ended = new AbortController();
  const running = encryption.run(ended.signal);
  ends.push(async () => {
    ended.abort();
    await running;
  });
  await expect.poll(() => encryption.problem()).toBe(undefined);
  return { encryption, clock };
}

it("asks the service once for a seed, and once more after a restart, however many values there are", async () => {
  const first = await open();
  const stored = Array.from({ length: 50 }, (_, i) => first.encryption.transformer.toStorage(AT, bytes(`v${i}`)));
  expect(
    Buffer.from(stored[0] ?? [])
      .toString("latin1")
      .startsWith("k8s:enc:kms:v2:vault:"),
  ).toBe(true);
  expect(service.asked).toEqual(["encrypt"]);
  const second = await open();
  const values = await Promise.all(stored.map(async (value) => second.encryption.transformer.fromStorage(AT, value)));
  expect(values.map((value) => new TextDecoder().decode(value))).toEqual(stored.map((_, i) => `v${i}`));
  expect(service.asked).toEqual(["encrypt", "encrypt", "decrypt"]);
  await expect(second.encryption.transformer.fromStorage(`${AT}y`, stored[0] ?? bytes(""))).rejects.toMatchObject({
    code: "Undecipherable",
  });
});

it("uses a new key of the service from the next look on; values of the old one are stale", async () => {
  const { encryption, clock } = await open();
  const stored = encryption.transformer.toStorage(AT, bytes("x"));
  expect(encryption.transformer.isStale(AT, stored)).toBe(false);
  service.keyId = "key-2";
  await clock.advance(61_000);
  await expect.poll(() => encryption.transformer.isStale(AT, stored)).toBe(true);
  expect(await encryption.transformer.fromStorage(AT, stored)).toEqual(bytes("x"));
  expect(encryption.transformer.isStale(AT, encryption.transformer.toStorage(AT, bytes("y")))).toBe(false);
});

it("writes nothing once the service has been ailing for three minutes, and says why", async () => {
  const { encryption, clock } = await open();
  service.healthz = "the safe is locked";
  await clock.advance(61_000);
  await expect.poll(() => encryption.problem()).toBe("got unexpected healthz status: the safe is locked");
  expect(() => encryption.transformer.toStorage(AT, bytes("x"))).not.toThrow();
  await clock.advance(180_000);
  expect(() => encryption.transformer.toStorage(AT, bytes("x"))).toThrow(
    "KMS provider vault cannot encrypt: got unexpected healthz status: the safe is locked",
  );
});

it("reads fail as unavailable while the service is away, and succeed when it is back", async () => {
  const stored = (await open()).encryption.transformer.toStorage(AT, bytes("x"));
  const { encryption } = await open();
  service.stop();
  const read = async (): Promise<unknown> => encryption.transformer.fromStorage(AT, stored);
  await expect(read()).rejects.toMatchObject({ code: "Unavailable" });
  await service.start();
  await expect.poll(async () => await read().catch(() => undefined), { timeout: 10_000 }).toEqual(bytes("x"));
});
