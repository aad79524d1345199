import type { ApiObject, EncodedEvent, Peer, ResponseListMeta, Revision } from "@skates/apimachinery";

/** A request as it crosses the port. The identity does not: the server's side has its own. */
export interface PortRequest {
  readonly type: "request";
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: "none" }
    | { readonly kind: "object"; readonly object: ApiObject }
    | { readonly kind: "bytes"; readonly mediaType: string; readonly bytes: Uint8Array };
}

/** From the client: one part of the stream was used, so another may be sent; or nobody wants the answer any more. */
export interface PortSignal {
  readonly type: "abort" | "used";
  readonly id: number;
}

export type ToServer = PortRequest | PortSignal;

/** How a resource is named where it is known on both sides. */
export interface ResourceName {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Objects as the JSON that the server has anyway, one after another: nothing is encoded for the port, and nothing decoded unasked. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** Where each object ends. */
  readonly ends: readonly number[];
  readonly revisions: readonly Revision[];
  /** Of events. */
  readonly types?: readonly EncodedEvent["type"][] | undefined;
}

export type PortBody =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "object"; readonly resource: ResourceName; readonly packed: Packed }
  /** What follows in parts. */
  | { readonly kind: "list"; readonly resource: ResourceName; readonly meta: ResponseListMeta }
  | { readonly kind: "events"; readonly resource: ResourceName }
  | { readonly kind: "bytes"; readonly mediaType: string };

export interface PortResponse {
  readonly type: "response";
  readonly id: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly warnings: readonly string[] | undefined;
  readonly body: PortBody;
}

/** A part of a list, of a watch or of bytes. */
export interface PortPart {
  readonly type: "part";
  readonly id: number;
  readonly part: Packed | Uint8Array;
}

/** The last word on a request. `error`: it went wrong, before or amid the answer. */
export interface PortEnd {
  readonly type: "end";
  readonly id: number;
  readonly error?: string | undefined;
}

export type ToClient = PortEnd | PortPart | PortResponse;

/** Parts on their way that nobody has used yet. */
export const WINDOW = 8;

/** Stands where a request has no peer of its own. */
export const NOBODY: Peer = { tls: { remoteAddress: "" } };

/** What the other side sent. Both sides are this very code, so there is nothing to check. */
export function received<M extends ToClient | ToServer>(event: { readonly data?: unknown }): M {
  return event.data as M;
}
