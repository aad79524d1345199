// Encryption by upstream's configuration: formats, which provider writes and reads, keys that change, and what is refused.
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { silentLogger, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { aesGcmFromSeed } from "./aes.ts";
import { createEncryption } from "./encryption.ts";
import { secretbox } from "./secretbox.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = Buffer.alloc(32, 7);
const OTHER = Buffer.alloc(32, 9);
const keys = (...named: readonly (readonly [string, Buffer])[]) => ({
  keys: named.map(([name, secret]) => ({ name, secret: secret.toString("base64") })),
});
type Resources = readonly { readonly resources: readonly string[]; readonly providers: readonly object[] }[];

const encryptionOf = async (resources: Resources) =>
  (
    await createEncryption({
      configuration: { kind: "EncryptionConfiguration", apiVersion: "apiserver.config.k8s.io/v1", resources },
      resourceOf: (key) => {
        const [, , resource = ""] = key.split("/");
        return { resource, group: { deployments: "apps", jobs: "batch" }[resource] ?? "" };
      },
      clock: virtualClock(),
      log: silentLogger,
    })
  ).transformer;
const secrets = (...providers: readonly object[]) => encryptionOf([{ resources: ["secrets"], providers }]);
const AT = "/registry/secrets/default/x";

describe("formats", () => {
  it("AES-CBC: prefix, initialization vector, padded ciphertext", async () => {
    const stored = (await secrets({ aescbc: keys(["k1", KEY]) })).toStorage(AT, bytes("hello"));
    const prefix = "k8s:enc:aescbc:v1:k1:";
    expect(Buffer.from(stored.subarray(0, prefix.length)).toString()).toBe(prefix);
    const rest = stored.subarray(prefix.length);
    const decipher = createDecipheriv("aes-256-cbc", KEY, rest.subarray(0, 16));
    expect(Buffer.concat([decipher.update(rest.subarray(16)), decipher.final()]).toString()).toBe("hello");
  });

  it("AES-GCM: prefix, nonce, ciphertext, tag, with the key of the store authenticated", async () => {
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv("aes-256-gcm", KEY, nonce).setAAD(Buffer.from(AT));
    const sealed = Buffer.concat([nonce, cipher.update("hello"), cipher.final(), cipher.getAuthTag()]);
    const stored = Buffer.concat([Buffer.from("k8s:enc:aesgcm:v1:k1:"), sealed]);
    const transformer = await secrets({ aesgcm: keys(["k1", KEY]) });
    expect(transformer.fromStorage(AT, stored)).toEqual(new Uint8Array(bytes("hello")));
    expect(() => transformer.fromStorage(`${AT}y`, stored)).toThrow("cannot be decrypted");
    expect(transformer.fromStorage(AT, transformer.toStorage(AT, bytes("again")))).toEqual(bytes("again"));
  });

  it("secretbox: what libsodium's crypto_secretbox_easy makes", () => {
    // From NaCl's own test of crypto_secretbox (tests/secretbox.c): first bytes of key, nonce and message are those of its paper.
    const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
    const key = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    const nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    const message = hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc
      e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31
      0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde
      048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864
      5e0705`);
    const sealed = hex(`f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce
      48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972
      71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae
      90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3
      7973f622a43d14a6599b1f654cb45a74e355a5`);
    expect(secretbox(key).decrypt(Buffer.concat([nonce, sealed]), bytes(""))).toEqual(message);
    expect(secretbox(key).decrypt(secretbox(key).encrypt(message, bytes("")), bytes(""))).toEqual(message);
  });

  it("seeds: the key of each value is the expansion of the seed by its first 32 bytes", () => {
    const info = Buffer.alloc(32, 3);
    const derived = createHmac("sha256", KEY)
      .update(info)
      .update(Buffer.from([1]))
      .digest();
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv("aes-256-gcm", derived, nonce).setAAD(bytes(AT));
    const sealed = Buffer.concat([info, nonce, cipher.update("hello"), cipher.final(), cipher.getAuthTag()]);
    expect(aesGcmFromSeed(KEY).decrypt(sealed, bytes(AT))).toEqual(new Uint8Array(bytes("hello")));
  });
});

describe("providers", () => {
  it("the first one writes, each of them reads, and what others wrote is stale", async () => {
    const before = await secrets({ aescbc: keys(["k1", KEY]) });
    const stored = before.toStorage(AT, bytes("x"));
    const both = await secrets({ secretbox: keys(["k2", OTHER]) }, { aescbc: keys(["k1", KEY]) }, { identity: {} });
    expect(both.fromStorage(AT, stored)).toEqual(bytes("x"));
    expect(both.fromStorage(AT, bytes("clear"))).toEqual(bytes("clear"));
    expect([stored, bytes("clear"), both.toStorage(AT, bytes("y"))].map((value) => both.isStale(AT, value))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("keys of one name may differ: the next one is tried, and its values are stale", async () => {
    const stored = (await secrets({ secretbox: keys(["k", KEY]) })).toStorage(AT, bytes("x"));
    const both = await secrets({ secretbox: keys(["k", OTHER]) }, { secretbox: keys(["k", KEY]) });
    expect(both.fromStorage(AT, stored)).toEqual(bytes("x"));
    expect(both.isStale(AT, stored)).toBe(true);
  });

  it("the first entry that names a kind counts; what none names is in the clear", async () => {
    const transformer = await encryptionOf([
      { resources: ["events"], providers: [{ identity: {} }] },
      { resources: ["*.apps"], providers: [{ aescbc: keys(["apps", KEY]) }] },
      { resources: ["*."], providers: [{ aescbc: keys(["core", KEY]) }] },
    ]);
    const methodOf = (key: string): string =>
      /^(k8s:enc:aescbc:v1:\w+:|clear)/.exec(Buffer.from(transformer.toStorage(key, bytes("clear"))).toString())?.[0] ??
      "";
    expect(methodOf("/registry/events")).toBe("clear");
    expect(methodOf("/registry/pods")).toBe("k8s:enc:aescbc:v1:core:");
    expect(methodOf("/registry/deployments/x")).toBe("k8s:enc:aescbc:v1:apps:");
    expect(methodOf("/registry/jobs/x")).toBe("clear");
  });

  it("says what cannot be read, without the value", async () => {
    const stored = (await secrets({ secretbox: keys(["k1", KEY]) })).toStorage(AT, bytes("hidden"));
    const codeOf = (transformer: Awaited<ReturnType<typeof secrets>>, value: Uint8Array): unknown => {
      try {
        return transformer.fromStorage(AT, value);
      } catch (error) {
        return error;
      }
    };
    expect(codeOf(await secrets({ identity: {} }), stored)).toMatchObject({
      code: "Undecipherable",
      message: `the value of ${AT} cannot be decrypted: identity transformer tried to read encrypted data`,
    });
    expect(codeOf(await secrets({ aescbc: keys(["k1", KEY]) }), stored)).toMatchObject({
      code: "Undecipherable",
      message: `the value of ${AT} cannot be decrypted: the provided value does not match any of the supported transformers`,
    });
    expect(codeOf(await encryptionOf([]), stored)).toMatchObject({ code: "Undecipherable" });
    const cut = stored.subarray(0, 40);
    expect(codeOf(await secrets({ secretbox: keys(["k1", KEY]) }), cut)).toMatchObject({ code: "Undecipherable" });
  });
});
