/**
 * A small driver of devices for tests: it prepares what it is asked to and says by which names the runtime finds it. It speaks to the
 * kubelet by gRPC as any driver does.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "@grpc/grpc-js";
import {
  type DeviceClaim,
  NodePrepareResourcesRequest,
  NodePrepareResourcesResponse,
  NodeUnprepareResourcesRequest,
  NodeUnprepareResourcesResponse,
  type PreparedDevice,
} from "@skates/api/dra/v1";
import type { RegistrationStatus } from "@skates/api/plugin-registration/v1";
import { type Message, type Method, method, registrationMethods, serveUnix } from "./grpc-plugin.ts";

export interface TestDraPluginOptions {
  readonly name: string;
  /** The kubelet's root. */
  readonly kubeletDir: string;
  /** What it says that it serves; default `v1.DRAPlugin` and `v1beta1.DRAPlugin`. */
  readonly versions?: readonly string[];
  /** Default: of the driver's name; for a second plugin of one driver. */
  readonly socket?: string;
}

export class TestDraPlugin {
  readonly options: TestDraPluginOptions;
  /** What the kubelet asked, in order: `prepare <claim>`, `unprepare <claim>`, with the version of the service. */
  readonly calls: string[] = [];
  readonly statuses: RegistrationStatus[] = [];
  /** Claims that are prepared now, by uid. */
  readonly prepared = new Map<string, DeviceClaim>();
  /** What it answers for each claim. */
  devices: readonly PreparedDevice[] = [];
  /** Said of every claim, in the place of devices. */
  error = "";
  /** It answers without a word about any claim. */
  silent = false;
  readonly #servers: Server[] = [];
  constructor(options: TestDraPluginOptions) {
    this.options = options;
  }

  get registrationSocket(): string {
    const { kubeletDir, name, socket = name } = this.options;
    return join(kubeletDir, "plugins_registry", `${socket}-reg.sock`);
  }

  get #endpoint(): string {
    const { kubeletDir, name, socket = name } = this.options;
    return join(kubeletDir, "plugins", socket, "dra.sock");
  }

  async start(): Promise<void> {
    await this.#serve(
      this.#endpoint,
      ["v1", "v1beta1"].flatMap((version) => this.#service(version)),
    );
    const { name, versions: supportedVersions = ["v1.DRAPlugin", "v1beta1.DRAPlugin"] } = this.options;
    const info = () => ({ type: "DRAPlugin", name, endpoint: this.#endpoint, supportedVersions });
    await this.#serve(
      this.registrationSocket,
      registrationMethods(info, (told) => this.statuses.push(told)),
    );
  }

  /** `killed`: its sockets stay. */
  stop(killed = false): void {
    for (const server of this.#servers.splice(0)) server.forceShutdown();
    if (!killed) for (const socket of [this.registrationSocket, this.#endpoint]) rmSync(socket, { force: true });
  }

  #service(version: string): readonly Method[] {
    const service = `k8s.io.kubelet.pkg.apis.dra.${version}.DRAPlugin`;
    const prepare = { request: NodePrepareResourcesRequest, reply: NodePrepareResourcesResponse };
    const unprepare = { request: NodeUnprepareResourcesRequest, reply: NodeUnprepareResourcesResponse };
    return [
      method(service, "NodePrepareResources", prepare, (request) =>
        this.#answer(request, (claim) => {
          this.calls.push(`${version} prepare ${claim.namespace}/${claim.name} ${claim.uid}`);
          if (this.error !== "") return { error: this.error };
          this.prepared.set(claim.uid ?? "", claim);
          return { devices: this.devices };
        }),
      ),
      method(service, "NodeUnprepareResources", unprepare, (request) =>
        this.#answer(request, (claim) => {
          this.calls.push(`${version} unprepare ${claim.namespace}/${claim.name} ${claim.uid}`);
          if (this.error !== "") return { error: this.error };
          this.prepared.delete(claim.uid ?? "");
          return {};
        }),
      ),
    ];
  }

  #answer(request: Message, each: (claim: DeviceClaim) => object): object {
    const claims = (request["claims"] ?? []) as readonly DeviceClaim[];
    const answers = claims.map((claim) => [claim.uid ?? "", each(claim)] as const);
    return { claims: Object.fromEntries(this.silent ? [] : answers) };
  }

  async #serve(socket: string, methods: readonly Method[]): Promise<void> {
    this.#servers.push(await serveUnix(socket, methods));
  }
}
