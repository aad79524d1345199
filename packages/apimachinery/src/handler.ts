import type { ApiObject } from "./object.ts";
import type { Resource } from "./resource.ts";

/** Who a request is made by. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What the transport knows of a TLS peer. */
export interface TlsPeer {
  readonly remoteAddress: string;
  /** The client certificate, if one was sent and its chain verified against the client CAs; unverified ones are not passed on. */
  readonly certificate?: PeerCertificate | undefined;
  /** The same, if its chain verified against the CAs of front proxies: such a peer speaks for others. */
  readonly frontProxyCertificate?: PeerCertificate | undefined;
  /** Why a certificate that was sent counts for nothing. */
  readonly certificateFailure?: string | undefined;
}
export interface PeerCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Of the user, when the subject tells one. */
  readonly uid?: string | undefined;
  readonly serialNumber: string;
  /** SHA-256 of the certificate, in lower-case hex. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
}

/** Who calls; built only by transport or by `server.loopback(user)`, never by the caller itself. */
export type Peer = { readonly tls: TlsPeer } | { readonly loopback: UserInfo };

export type RequestBody =
  | { readonly kind: "none" }
  /** Typed, in process: an object of the resource's struct, or the text of a patch, that needs no decoding. */
  | { readonly kind: "object"; readonly object: ApiObject }
  /** From the wire. `read` collects at most `limitBytes`, else throws RequestEntityTooLarge. Call it once. */
  | { readonly kind: "bytes"; readonly mediaType: string; read(limitBytes: number): Promise<Uint8Array> };

export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** Percent-encoded as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The values of the headers that were sent several times, one by one. A header that is not in it was sent once at most. */
  readonly repeatedHeaders?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly body: RequestBody;
  readonly peer: Peer;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** Makes `signal` abort, for a server that gives the request up: one signal then says both. The answer is sent all the same. */
  readonly abort?: ((reason: Error) => void) | undefined;
  /** Offered by transport where the connection can be taken over (HTTP/1.1 with `Upgrade`). */
  readonly upgrade?: Upgrade | undefined;
}

/** A connection that can be taken over. */
export interface Upgrade {
  /** The requested protocol in lower case: `websocket`, `spdy/3.1`. */
  readonly protocol: string;
}

/** A raw duplex connection after an upgrade. */
export interface ByteStream {
  readonly readable: AsyncIterable<Uint8Array>;
  /** Resolves when more may be written. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the writing side. */
  end(): Promise<void>;
  destroy(error?: Error): void;
}

export type Revision = number;

/**
 * The forms an object travels in. `json` and `protobuf` are the object itself; others (Table, PartialObjectMetadata) are made by
 * `negotiate`.
 */
export type WireForm = "json" | "protobuf";

/** An object with its encodings, each made once and shared by all who send it. Stored JSON leaves out resourceVersion; it is spliced in. */
export interface Encoded {
  readonly object: ApiObject;
  readonly revision: Revision;
  /** The server holds it anyway, and forgets what it has decoded: in its process, holding on to this is better than to `object`. */
  readonly forgetful?: true;
  bytes(form: WireForm): Uint8Array;
}

export interface EncodedEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  /** For ERROR a Status object; for BOOKMARK an object with only kind, apiVersion and resourceVersion. */
  readonly object: Encoded;
}

export interface ResponseListMeta {
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

/** Typed in process. The `negotiate` filter of apiserver turns them into bytes; transport sees bytes only; loopback skips it. */
export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "object"; readonly resource: Resource; readonly object: Encoded }
  | {
      readonly kind: "list";
      readonly resource: Resource;
      readonly meta: ResponseListMeta;
      readonly pages: AsyncIterable<readonly Encoded[]>;
    }
  | { readonly kind: "events"; readonly resource: Resource; readonly events: AsyncIterable<readonly EncodedEvent[]> }
  /** A plain JSON document that is no stored kind: Status, discovery, OpenAPI, reviews. */
  | { readonly kind: "json"; readonly value: unknown }
  | {
      readonly kind: "bytes";
      readonly mediaType: string;
      readonly chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[];
      /** May be told of a chunk that nobody will read any more: its memory is used again. */
      readonly sent?: ((chunk: Uint8Array) => void) | undefined;
    }
  /** Transport answers 101 with the response's headers, then hands the connection over. */
  | { readonly kind: "upgrade"; readonly accept: (stream: ByteStream) => Promise<void> };

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `Warning` headers, each on its own. */
  readonly warnings?: readonly string[] | undefined;
  readonly body: Body;
}

/**
 * The one seam between client and server: HTTPS, loopback, retries, audit, faults all have this shape.
 * A server's handler never rejects: refusals are responses with a Status body. Clients' handlers reject when no response came.
 */
export type Handler = (request: ApiRequest) => Promise<ApiResponse>;
export type Filter = (next: Handler) => Handler;
