import { randomBytes } from "node:crypto";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { GrpcClient } from "@skates/transport";
import { storeError } from "../../errors.ts";
import { aesGcm, aesGcmFromSeed } from "./aes.ts";
import type { Cipher } from "./cipher.ts";
import { decodeEnvelope, DECRYPT, encodeEnvelope, ENCRYPT, type Envelope, STATUS } from "./kms-messages.ts";
import type { Provider } from "./provider.ts";

export interface KmsProviderOptions {
  readonly name: string;
  readonly client: GrpcClient;
  /** For one call; upstream's default is 3 s. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Upstream's times: between looks at a healthy and at an ailing service, and how long a seed may be written with after the last good look. */
const HEALTHY_MS = 60_000;
const AILING_MS = 10_000;
const WRITE_MS = 180_000;
/** So many decrypted keys are remembered; there is one for each start of a server and each key of the service. */
const KEYS_REMEMBERED = 1_000;
const SEED_BYTES = 32;
const SHORT_BYTES_MAX = 1_024;
const ANNOTATION_BYTES_MAX = 32_768;
const SEED_SOURCE = 1;

interface Current {
  readonly cipher: Cipher;
  readonly envelope: Omit<Envelope, "data">;
  /** Monotonic. */
  readonly untilMs: number;
}

/**
 * A key management service (KMS v2): values are encrypted under a seed that only the service can decrypt. The service is asked once for
 * each seed, not for each value. Without a good word from it for three minutes nothing more is written.
 */
export class KmsProvider implements Provider {
  readonly prefix: Uint8Array;
  readonly #options: KmsProviderOptions;
  readonly #keys = new Map<string, Promise<Cipher>>();
  #current: Current | undefined;
  #problem: string | undefined = "the key service has not answered yet";

  constructor(options: KmsProviderOptions) {
    this.#options = options;
    this.prefix = new TextEncoder().encode(`k8s:enc:kms:v2:${options.name}:`);
  }

  /** What is wrong with the service; undefined: nothing. */
  problem(): string | undefined {
    return this.#problem;
  }

  /** Looks after the service until `signal` aborts; a new key of the service is used from the next look on. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, name } = this.#options;
    try {
      for (;;) {
        try {
          await this.#look(signal);
          this.#problem = undefined;
        } catch (error) {
          signal.throwIfAborted();
          this.#problem = messageOf(error);
          log.warn("key service is not healthy", { provider: name, error: this.#problem });
        }
        await clock.sleep(this.#problem === undefined ? HEALTHY_MS : AILING_MS, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      this.#options.client.close();
    }
  }

  encrypt(value: Uint8Array, context: Uint8Array): Uint8Array {
    const { name, clock } = this.#options;
    const current = this.#current;
    if (current === undefined || clock.monotonicMs() > current.untilMs) {
      throw storeError("Unavailable", `KMS provider ${name} cannot encrypt: ${this.#problem ?? "its key has expired"}`);
    }
    return encodeEnvelope({ ...current.envelope, data: current.cipher.encrypt(value, context) });
  }

  async decrypt(bytes: Uint8Array, context: Uint8Array): Promise<Uint8Array> {
    const envelope = decodeEnvelope(bytes);
    check(envelope);
    const cipher = await this.#cipherOf(envelope);
    return cipher.decrypt(envelope.data, context);
  }

  isStale(bytes: Uint8Array): boolean {
    const { keyId, sourceType } = decodeEnvelope(bytes);
    return keyId !== this.#current?.envelope.keyId || sourceType !== SEED_SOURCE;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { client, clock, timeoutMs } = this.#options;
    const untilMs = clock.monotonicMs() + WRITE_MS;
    const { healthz, version, keyId } = await client.unary(STATUS, undefined, { signal, timeoutMs });
    if (healthz !== "ok") throw new Error(`got unexpected healthz status: ${healthz}`);
    if (version !== "v2" && version !== "v2beta1") throw new Error(`expected KMSv2 API version v2, got ${version}`);
    if (keyId === "" || keyId.length > SHORT_BYTES_MAX) throw new Error("the key service names no usable key");
    if (this.#current?.envelope.keyId === keyId) this.#current = { ...this.#current, untilMs };
    else this.#current = await this.#fresh(untilMs, signal);
  }

  async #fresh(untilMs: number, signal: AbortSignal): Promise<Current> {
    const { client, timeoutMs } = this.#options;
    const seed = randomBytes(SEED_BYTES);
    const request = { plaintext: seed, uid: randomBytes(16).toString("hex") };
    const { ciphertext, keyId, annotations } = await client.unary(ENCRYPT, request, { signal, timeoutMs });
    const envelope = { keyId, source: ciphertext, annotations, sourceType: SEED_SOURCE };
    check({ ...envelope, data: Uint8Array.of(0) });
    const cipher = aesGcmFromSeed(seed);
    this.#remember(cacheKey(envelope), Promise.resolve(cipher));
    return { cipher, envelope, untilMs };
  }

  #cipherOf(envelope: Envelope): Promise<Cipher> {
    const key = cacheKey(envelope);
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const asked = this.#ask(envelope);
    this.#remember(key, asked);
    // What failed is asked again by the next reader.
    asked.catch(() => this.#keys.delete(key));
    return asked;
  }

  async #ask({ source, keyId, annotations, sourceType }: Envelope): Promise<Cipher> {
    const { client, name, timeoutMs } = this.#options;
    const request = { ciphertext: source, uid: randomBytes(16).toString("hex"), keyId, annotations };
    try {
      const key = await client.unary(DECRYPT, request, { signal: new AbortController().signal, timeoutMs });
      return sourceType === SEED_SOURCE ? aesGcmFromSeed(key) : aesGcm(key);
    } catch (cause) {
      throw storeError("Unavailable", `KMS provider ${name} did not decrypt a key: ${messageOf(cause)}`, cause);
    }
  }

  #remember(key: string, cipher: Promise<Cipher>): void {
    if (this.#keys.size >= KEYS_REMEMBERED) {
      const [oldest] = this.#keys.keys();
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    this.#keys.set(key, cipher);
  }
}

/** Upstream's bounds, on what the service gives and on what is read. */
function check({ data, source, keyId, annotations, sourceType }: Envelope): void {
  if (sourceType !== 0 && sourceType !== SEED_SOURCE) throw new Error(`unknown encryptedDEKSourceType: ${sourceType}`);
  if (data.length === 0) throw new Error("encrypted data is empty");
  if (source.length === 0) throw new Error("failed to validate encrypted DEK source: encrypted DEK source is empty");
  if (source.length > SHORT_BYTES_MAX) {
    throw new Error(
      `failed to validate encrypted DEK source: encrypted DEK source is ${source.length} bytes, which exceeds the max size of ${SHORT_BYTES_MAX}`,
    );
  }
  if (keyId === "") throw new Error("failed to validate key id: keyID is empty");
  if (keyId.length > SHORT_BYTES_MAX) {
    throw new Error(
      `failed to validate key id: keyID is ${keyId.length} bytes, which exceeds the max size of ${SHORT_BYTES_MAX}`,
    );
  }
  const size = annotations.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > ANNOTATION_BYTES_MAX) {
    throw new Error(
      `failed to validate annotations: total size of annotations is ${size}, which exceeds the max size of ${ANNOTATION_BYTES_MAX}`,
    );
  }
}

function cacheKey({ source, keyId, annotations, sourceType }: Omit<Envelope, "data">): string {
  const parts = annotations.map(([name, value]) => [name, Buffer.from(value).toString("base64")]);
  return JSON.stringify([sourceType, keyId, Buffer.from(source).toString("base64"), parts]);
}
