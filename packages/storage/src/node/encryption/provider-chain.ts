import { hasCode, messageOf } from "@skates/component-base";
import { storeError } from "../../errors.ts";
import { joined } from "./cipher.ts";
import { type Provider, startsWith } from "./provider.ts";

/** Providers of a kind: the first one writes, and each of them is tried for reading. */
export class ProviderChain {
  readonly #providers: readonly Provider[];

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  encrypt(key: string, value: Uint8Array): Uint8Array {
    const first = this.#providers[0];
    if (first === undefined) throw new Error("a chain has a provider");
    if (first.prefix.length === 0) return first.encrypt(value, contextOf(key));
    return joined(first.prefix, first.encrypt(value, contextOf(key)));
  }

  decrypt(key: string, bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const fitting = this.#providers.filter(({ prefix }) => startsWith(bytes, prefix));
    return this.#tryEach(key, bytes, { fitting, failures: [] });
  }

  isStale(key: string, bytes: Uint8Array): boolean {
    const first = this.#providers[0];
    if (first === undefined || !startsWith(bytes, first.prefix)) return true;
    return first.isStale(bytes.subarray(first.prefix.length), contextOf(key));
  }

  /** Keys of the same name may differ: a failure of the first does not keep the next from trying. */
  #tryEach(
    key: string,
    bytes: Uint8Array,
    {
      fitting: [provider, ...others],
      failures,
    }: { readonly fitting: readonly Provider[]; readonly failures: readonly string[] },
  ): Uint8Array | Promise<Uint8Array> {
    if (provider === undefined) throw undecipherable(key, failures);
    const onFailure = (error: unknown): Uint8Array | Promise<Uint8Array> => {
      // The service does not answer now: later it may.
      if (hasCode(error, "Unavailable")) throw error;
      return this.#tryEach(key, bytes, { fitting: others, failures: [...failures, messageOf(error)] });
    };
    try {
      const value = provider.decrypt(bytes.subarray(provider.prefix.length), contextOf(key));
      return value instanceof Promise ? value.catch(onFailure) : value;
    } catch (error) {
      return onFailure(error);
    }
  }
}

function contextOf(key: string): Uint8Array {
  return encoder.encode(key);
}

const encoder = new TextEncoder();

function undecipherable(key: string, failures: readonly string[]): Error {
  const why =
    failures.length === 0 ? "the provided value does not match any of the supported transformers" : failures.join("; ");
  return storeError("Undecipherable", `the value of ${key} cannot be decrypted: ${why}`);
}
