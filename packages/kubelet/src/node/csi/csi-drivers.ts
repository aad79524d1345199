import { OperatingError } from "@skates/component-base";
import type { GrpcClient, GrpcMethod } from "@skates/transport";
import { grpcClient } from "@skates/transport/node";
import type { NodeCapabilities } from "../../csi/driver-rules.ts";
import type { DriverOnNode } from "../../csi/node-records.ts";
import { withoutCause } from "../without-cause.ts";
import { nodeService } from "./csi-methods.ts";

/** As upstream: no call of a driver lasts longer. */
const CALL_MS = 120_000;

/** A driver's node service. */
export interface CsiNodeClient {
  call<Request, Reply>(method: GrpcMethod<Request, Reply>, request: Request, signal: AbortSignal): Promise<Reply>;
  /** Asked once. */
  capabilities(signal: AbortSignal): Promise<NodeCapabilities>;
  /** What it says of its node. */
  about(name: string, signal: AbortSignal): Promise<DriverOnNode>;
  close(): void;
}

/** A client of the service at a socket; it connects at the first call. */
export async function connectDriver(endpoint: string): Promise<CsiNodeClient> {
  return new GrpcNodeClient(await grpcClient({ address: `unix://${endpoint}`, reconnectMsMax: 1000 }));
}

class GrpcNodeClient implements CsiNodeClient {
  readonly #client: GrpcClient;
  #capabilities: NodeCapabilities | undefined;
  constructor(client: GrpcClient) {
    this.#client = client;
  }

  call<Request, Reply>(method: GrpcMethod<Request, Reply>, request: Request, signal: AbortSignal): Promise<Reply> {
    return withoutCause(this.#client.unary(method, request, { signal, timeoutMs: CALL_MS }));
  }

  async capabilities(signal: AbortSignal): Promise<NodeCapabilities> {
    const { capabilities = [] } =
      this.#capabilities === undefined ? await this.call(nodeService.nodeGetCapabilities, {}, signal) : {};
    this.#capabilities ??= new Set(capabilities.map(({ rpc }) => rpc?.type ?? 0));
    return this.#capabilities;
  }

  async about(name: string, signal: AbortSignal): Promise<DriverOnNode> {
    const {
      nodeId = "",
      maxVolumesPerNode = 0,
      accessibleTopology,
    } = await this.call(nodeService.nodeGetInfo, {}, signal);
    if (nodeId === "") {
      const message = "error adding CSI driver node info: driverNodeID must not be empty";
      throw new OperatingError("CsiDriverRefused", message);
    }
    return { name, nodeId, maxVolumes: Number(maxVolumesPerNode), topology: accessibleTopology?.segments ?? {} };
  }

  close(): void {
    this.#client.close();
  }
}

/** The drivers that are registered on this node, by name. */
export class CsiDrivers {
  readonly #drivers = new Map<string, CsiNodeClient>();

  /** Throws in upstream's words when there is none of that name. */
  get(name: string): CsiNodeClient {
    const found = this.#drivers.get(name);
    if (found !== undefined) return found;
    const message = `driver name ${name} not found in the list of registered CSI drivers`;
    throw new OperatingError("CsiDriverMissing", message);
  }

  has(name: string): boolean {
    return this.#drivers.has(name);
  }

  /** Takes the place of one of the same name. */
  add(name: string, driver: CsiNodeClient): void {
    this.#drivers.get(name)?.close();
    this.#drivers.set(name, driver);
  }

  /** Only this very one; another that has come in its place stays. */
  remove(name: string, driver: CsiNodeClient): boolean {
    driver.close();
    return this.#drivers.get(name) === driver && this.#drivers.delete(name);
  }
}
