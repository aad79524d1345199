import {
  type DeviceClaim,
  NodePrepareResourcesRequest,
  NodePrepareResourcesResponse,
  NodeUnprepareResourcesRequest,
  NodeUnprepareResourcesResponse,
} from "@skates/api/dra/v1";
import { OperatingError } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import type { DraService } from "../../dra/plugin-info.ts";
import { methodsOf } from "../grpc-methods.ts";
import { withoutCause } from "../without-cause.ts";

/** As upstream: no call of a driver lasts longer. */
const CALL_MS = 45_000;

/** A driver's plugin on this node. */
export interface DraClient {
  /** Whether something answers at its socket, as far as is known. */
  connected: boolean;
  prepare(claims: readonly DeviceClaim[], signal: AbortSignal): Promise<NodePrepareResourcesResponse>;
  unprepare(claims: readonly DeviceClaim[], signal: AbortSignal): Promise<NodeUnprepareResourcesResponse>;
  close(): void;
}

/** A client of a plugin's socket; it connects at the first call. */
export async function connectDraPlugin(endpoint: string, service: DraService): Promise<DraClient> {
  const client = await grpcClient({ address: `unix://${endpoint}`, reconnectMsMax: 1000 });
  const method = methodsOf(service);
  const prepare = method("NodePrepareResources", NodePrepareResourcesRequest, NodePrepareResourcesResponse);
  const unprepare = method("NodeUnprepareResources", NodeUnprepareResourcesRequest, NodeUnprepareResourcesResponse);
  return {
    connected: true,
    prepare: (claims, signal) => withoutCause(client.unary(prepare, { claims }, { signal, timeoutMs: CALL_MS })),
    unprepare: (claims, signal) => withoutCause(client.unary(unprepare, { claims }, { signal, timeoutMs: CALL_MS })),
    close: () => client.close(),
  };
}

/** The drivers of devices that are registered on this node, by name. One may have two plugins while it is replaced by a newer one. */
export class DraDrivers {
  readonly #plugins = new Map<string, readonly DraClient[]>();

  /** The plugin that came last, of those that answer if any does. Throws in upstream's words when there is none. */
  get(name: string): DraClient {
    const plugins = this.#plugins.get(name) ?? [];
    const found = plugins.findLast(({ connected }) => connected) ?? plugins.at(-1);
    if (found !== undefined) return found;
    throw new OperatingError("DeviceDriverMissing", `DRA driver ${name} is not registered`);
  }

  /** Whether a plugin of it answers. */
  usable(name: string): boolean {
    return (this.#plugins.get(name) ?? []).some(({ connected }) => connected);
  }

  add(name: string, plugin: DraClient): void {
    this.#plugins.set(name, [...(this.#plugins.get(name) ?? []), plugin]);
  }

  remove(name: string, plugin: DraClient): void {
    plugin.close();
    const left = (this.#plugins.get(name) ?? []).filter((other) => other !== plugin);
    if (left.length === 0) this.#plugins.delete(name);
    else this.#plugins.set(name, left);
  }
}
