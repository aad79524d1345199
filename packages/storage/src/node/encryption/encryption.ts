import type { EncryptionConfiguration, ProviderConfiguration } from "@skates/api/apiserver/v1";
import { groupResourceOf } from "@skates/api/apiserver/v1";
import { parseDuration } from "@skates/apimachinery";
import { type Clock, type Component, type Logger, TaskGroup } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import type { ValueTransformer } from "../../transformer.ts";
import { aesCbc, aesGcm } from "./aes.ts";
import type { Cipher } from "./cipher.ts";
import { KmsProvider } from "./kms-provider.ts";
import { identityProvider, keyProvider, type Provider } from "./provider.ts";
import { ProviderChain } from "./provider-chain.ts";
import { secretbox } from "./secretbox.ts";

export interface GroupResource {
  /** Empty: the core group. */
  readonly group: string;
  readonly resource: string;
}

export interface EncryptionOptions {
  /** Read and checked; undefined: everything in the clear. */
  readonly configuration: EncryptionConfiguration | undefined;
  /** The kind whose object is stored under a key; undefined: none, which stays in the clear. */
  resourceOf(key: string): GroupResource | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Encryption at rest by upstream's configuration, in upstream's formats. `run` looks after the key services. */
export interface Encryption extends Component {
  readonly transformer: ValueTransformer;
  /** Reads and writes by another configuration from now on. Values of the old one are read as far as the new one names their keys. */
  use(configuration: EncryptionConfiguration): Promise<void>;
  /** What is wrong with the key services; undefined: nothing. */
  problem(): string | undefined;
}

/** Puts the providers together; nothing is asked of key services before `run`. */
export async function createEncryption(options: EncryptionOptions): Promise<Encryption> {
  let rules = await rulesOf(options.configuration, options);
  let restart = new AbortController();
  const plain = new ProviderChain([identityProvider]);
  const chainOf = (key: string): ProviderChain => {
    const of = options.resourceOf(key);
    return of === undefined ? plain : (rules.chainOf(of) ?? plain);
  };
  return {
    name: "encryption",
    transformer: {
      toStorage: (key, value) => chainOf(key).encrypt(key, value),
      fromStorage: (key, bytes) => chainOf(key).decrypt(key, bytes),
      isStale: (key, bytes) => chainOf(key).isStale(key, bytes),
    },
    async use(configuration) {
      rules = await rulesOf(configuration, options);
      restart.abort();
    },
    problem: () => rules.services.map((service) => service.problem()).find((problem) => problem !== undefined),
    ready: () => rules.services.every((service) => service.problem() === undefined),
    async run(signal) {
      while (!signal.aborted) {
        restart = new AbortController();
        const round = AbortSignal.any([signal, restart.signal]);
        const group = new TaskGroup(round);
        for (const service of rules.services) group.spawn((inner) => service.run(inner));
        await ended(round);
        await group.join();
      }
    },
  };
}

interface Rules {
  readonly services: readonly KmsProvider[];
  chainOf(of: GroupResource): ProviderChain | undefined;
}

async function rulesOf(
  configuration: EncryptionConfiguration | undefined,
  { clock, log }: EncryptionOptions,
): Promise<Rules> {
  const services: KmsProvider[] = [];
  const entries: { readonly names: readonly GroupResource[]; readonly chain: ProviderChain }[] = [];
  for (const { resources = [], providers = [] } of configuration?.resources ?? []) {
    const made: Provider[] = [];
    for (const provider of providers) made.push(...(await providersOf(provider, { clock, log, services })));
    entries.push({ names: resources.map(groupResourceOf), chain: new ProviderChain(made) });
  }
  const known = new Map<string, ProviderChain | undefined>();
  return {
    services,
    chainOf(of) {
      const id = `${of.resource}.${of.group}`;
      if (!known.has(id)) known.set(id, entries.find(({ names }) => names.some((name) => covers(name, of)))?.chain);
      return known.get(id);
    },
  };
}

function covers(name: GroupResource, of: GroupResource): boolean {
  return (name.group === "*" || name.group === of.group) && (name.resource === "*" || name.resource === of.resource);
}

interface Making extends Pick<EncryptionOptions, "clock" | "log"> {
  readonly services: KmsProvider[];
}

async function providersOf(
  { aesgcm, aescbc, secretbox: box, kms }: ProviderConfiguration,
  { clock, log, services }: Making,
): Promise<readonly Provider[]> {
  const keyed = (
    method: Parameters<typeof keyProvider>[0],
    keys: NonNullable<typeof aesgcm>["keys"],
    cipher: (key: Uint8Array) => Cipher,
  ): readonly Provider[] =>
    (keys ?? []).map(({ name = "", secret = "" }) => keyProvider(method, name, cipher(Buffer.from(secret, "base64"))));
  if (aesgcm !== undefined) return keyed("aesgcm", aesgcm.keys, aesGcm);
  if (aescbc !== undefined) return keyed("aescbc", aescbc.keys, aesCbc);
  if (box !== undefined) return keyed("secretbox", box.keys, secretbox);
  if (kms === undefined) return [identityProvider];
  const { name = "", endpoint = "", timeout = "3s" } = kms;
  const client = await grpcClient({ address: endpoint, reconnectMsMax: 1_000 });
  const service = new KmsProvider({ name, client, clock, log, timeoutMs: parseDuration(timeout) });
  services.push(service);
  return [service];
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
