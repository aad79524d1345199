import { rootCertificates } from "node:tls";
import { type Clock, must } from "@skates/component-base";
import type { GrpcClient, GrpcMethod } from "@skates/transport";
import { grpcClient } from "@skates/transport/node";
import { etcdError, notProposed, passing } from "./etcd-error.ts";

export interface EtcdClusterOptions {
  readonly clock: Clock;
  /** `https://10.0.0.1:2379`, with http for a connection without TLS; at least one. All belong to one cluster. */
  readonly endpoints: readonly string[];
  /** PEM, for https. Without `ca` the authorities that Node.js knows are trusted. */
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
}

/** For one answer of one member. etcd itself gives up a write after 7 s. */
const ATTEMPT_MS = { read: 4_000, write: 8_000 };
/** For so long a call is tried again, with the other members too, as long as trying again is safe. */
const RETRY_MS = 6_000;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 500;
const KEEPALIVE_MS = 15_000;
/** A member that has lost its leader says so at once, instead of keeping us waiting or staying silent on a watch. */
const REQUIRE_LEADER = { hasleader: "true" };

/** The members of an etcd cluster: calls go to one of them, and to the next when it fails. */
export class EtcdCluster {
  readonly #clock: Clock;
  readonly #members: readonly GrpcClient[];
  #current = 0;

  private constructor(clock: Clock, members: readonly GrpcClient[]) {
    this.#clock = clock;
    this.#members = members;
  }

  /** Connects when the first call is made. */
  static async connect({ clock, endpoints, tls }: EtcdClusterOptions): Promise<EtcdCluster> {
    const members = endpoints.map((endpoint) => {
      const url = new URL(endpoint.includes("://") ? endpoint : `http://${endpoint}`);
      const ca = tls?.ca ?? rootCertificates.join("\n");
      return grpcClient({
        address: `${url.hostname}:${url.port === "" ? "2379" : url.port}`,
        tls: url.protocol === "https:" ? { ca, cert: tls?.cert, key: tls?.key } : undefined,
        reconnectMsMax: 1_000,
        keepaliveMs: KEEPALIVE_MS,
      });
    });
    return new EtcdCluster(clock, await Promise.all(members));
  }

  /** Repeats until a member answers, for a few seconds. Throws errors of the store. */
  async read<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Reply> {
    return this.#call(method, request, { kind: "read", signal });
  }

  /** Repeats only what was certainly not proposed. `signal` counts until the request has set out. */
  async write<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Reply> {
    return this.#call(method, request, { kind: "write", signal });
  }

  /** The member to stay with for a stream. */
  member(): GrpcClient {
    return must(this.#members[this.#current], "a member of the etcd cluster");
  }

  /** The member has failed; the next one's turn, unless somebody saw to that already. */
  failed(member: GrpcClient): void {
    if (this.#members[this.#current] === member) this.#current = (this.#current + 1) % this.#members.length;
  }

  /** A stream's options: it breaks when its member loses the leader. */
  stream(signal: AbortSignal): { readonly signal: AbortSignal; readonly metadata: typeof REQUIRE_LEADER } {
    return { signal, metadata: REQUIRE_LEADER };
  }

  close(): void {
    for (const member of this.#members) member.close();
  }

  async #call<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    request: Request,
    { kind, signal }: { readonly kind: "read" | "write"; readonly signal: AbortSignal },
  ): Promise<Reply> {
    const untilMs = this.#clock.monotonicMs() + RETRY_MS;
    const sent = kind === "read" ? signal : new AbortController().signal;
    let pauseMs = PAUSE_MS;
    for (;;) {
      signal.throwIfAborted();
      const member = this.member();
      try {
        const options = { signal: sent, timeoutMs: ATTEMPT_MS[kind], metadata: REQUIRE_LEADER };
        return await member.unary(method, request, options);
      } catch (thrown) {
        if (thrown === signal.reason) throw thrown;
        const again = kind === "read" ? passing(thrown) : notProposed(thrown);
        if (passing(thrown)) this.failed(member);
        if (!again || this.#clock.monotonicMs() >= untilMs) throw etcdError(thrown, kind);
      }
      await this.#clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }
}
