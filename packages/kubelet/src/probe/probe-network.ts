/** How probes and lifecycle hooks reach containers. Every call throws with upstream's text when no answer came. */
export interface ProbeNetwork {
  /** Follows no redirect to another host: that is the answer then; certificates are not verified. The body is cut at 10 KiB. */
  httpGet(request: HttpProbe, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }>;
  tcpConnect(target: TcpProbe, signal: AbortSignal): Promise<void>;
  /** Status of gRPC's health service by number; 1 is SERVING. */
  grpcHealth(target: TcpProbe & { readonly service: string }, signal: AbortSignal): Promise<number>;
}

export interface HttpProbe {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly timeoutMs: number;
}

export interface TcpProbe {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}
