import { RangeAllocation, type Service, services } from "@skates/api/core/v1";
import { base64Encode, encodeJson } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { type Env, isAbort, messageOf } from "@skates/component-base";
import type { RevisionStore } from "@skates/storage";
import { nodePortsOf, type PortRange } from "./node-ports.ts";

/** Below the storage prefix, where upstream keeps it. It is no resource: no client sees it. */
const PORT_RANGE_KEY = "ranges/servicenodeports";

/** What changes close together is written once. */
const GATHER_MS = 100;
/** Between looks at all services, for what nobody told of; also after a failure. */
const REPAIR_MS = 180_000;

export interface PortRangeRecordOptions {
  readonly env: Env;
  readonly registry: Registry;
  readonly store: RevisionStore;
  readonly storagePrefix: string;
  readonly range: PortRange;
}

/**
 * The record of node ports in the store, as upstream has it: one bit for each port of the range, set while a service has the port. We
 * ourselves ask the services; an API server of upstream's that works on the same etcd after us starts from the record. It follows the
 * services within a moment, and is put right at each start.
 */
export class PortRangeRecord {
  readonly #options: PortRangeRecordOptions;
  #wake: (() => void) | undefined;
  #changed = false;

  constructor(options: PortRangeRecordOptions) {
    this.#options = options;
  }

  /** Ports were given to a service or taken from one. */
  changed(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Keeps the record until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { env } = this.#options;
    while (!signal.aborted) {
      this.#changed = false;
      try {
        await recordPorts(this.#options, signal);
        await this.#nextChange(signal);
        await env.clock.sleep(GATHER_MS, signal);
      } catch (error) {
        if (isAbort(error, signal)) return;
        env.log.warn("Record of node ports could not be kept", { error: messageOf(error) });
        await this.#nextChange(signal);
      }
    }
  }

  /** Resolves when something has changed, when it is time to look, or when the signal aborts. */
  async #nextChange(signal: AbortSignal): Promise<void> {
    if (this.#changed) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    try {
      await this.#options.env.clock.sleep(REPAIR_MS, AbortSignal.any([signal, woken.signal]));
    } catch (error) {
      if (!signal.aborted && !woken.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
  }
}

/** Writes the record unless it says so already. What somebody else wrote in between is written over: services decide. */
async function recordPorts(
  { registry, store, storagePrefix, range }: PortRangeRecordOptions,
  signal: AbortSignal,
): Promise<void> {
  const key = `${storagePrefix}${PORT_RANGE_KEY}`;
  for (;;) {
    const found = (await store.range(key, { limit: 1 }, signal)).entries.find((entry) => entry.key === key);
    const wanted: RangeAllocation = {
      kind: "RangeAllocation",
      apiVersion: "v1",
      metadata: { name: "" },
      range: `${range.from}-${range.to}`,
      data: base64Encode(portBits(registry.cachedList<Service>(services).flatMap(nodePortsOf), range)),
    };
    const text = encodeJson(RangeAllocation, wanted);
    if (found !== undefined && new TextDecoder().decode(found.value) === text) return;
    const value = new TextEncoder().encode(text);
    if ((await store.commit(key, found?.modified ?? 0, value, {}, signal)).ok) return;
  }
}

/** One bit for each port, that of the first one lowest; the bytes of one big number, highest first, without leading zeros. */
function portBits(ports: readonly number[], { from, to }: PortRange): Uint8Array {
  const offsets = ports.filter((port) => port >= from && port <= to).map((port) => port - from);
  const length = offsets.length === 0 ? 0 : Math.floor(Math.max(...offsets) / 8) + 1;
  const bits = new Uint8Array(length);
  for (const offset of offsets) {
    const at = length - 1 - Math.floor(offset / 8);
    bits[at] = (bits[at] ?? 0) | (1 << (offset % 8));
  }
  return bits;
}
