import type { ServiceReference, WebhookClientConfig } from "@skates/api/admissionregistration/v1";
import type { Handler } from "@skates/apimachinery";

/** Where a webhook is and how its server proves itself: one of `url` and `service`. */
export interface WebhookTarget {
  /** `https://host:port/path`; a query is kept. `http://` only where the caller allows it. */
  readonly url?: string | undefined;
  readonly service?: ServiceReference | undefined;
  /** PEM of the authorities that may have signed its certificate. Absent: those of the system. */
  readonly ca?: string | undefined;
  /** How this server proves itself; absent: not at all. */
  readonly credentials?: WebhookCredentials | undefined;
}

/** From a kubeconfig file: token and authorization webhooks may want to know who calls. */
export interface WebhookCredentials {
  /** Client certificate and key, PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** The name to verify, where it is not the host of the address. */
  readonly serverName?: string | undefined;
  /** Accepts any certificate. */
  readonly insecure?: boolean | undefined;
}

/** A server that answers webhooks, as it is dialed. Equal values share connections. */
export interface WebhookServer {
  /** `https://host:port`. */
  readonly origin: string;
  /** The name in its certificate, where it is not the host of `origin`; also sent as `Host`, with the port of the reference. */
  readonly serverName?: string | undefined;
  readonly hostHeader?: string | undefined;
  readonly ca?: string | undefined;
  readonly credentials?: WebhookCredentials | undefined;
  /** Names of loopback and link-local addresses are refused: whoever may write a service must not reach what is meant for this host. */
  readonly publicOnly: boolean;
}

/**
 * Reaches webhook servers, verified by `ca` or else the system's authorities. Follows no redirects and sends nothing twice; rejects as
 * handlers of clients do, with the failure of the socket among the causes.
 */
export type WebhookDialer = (server: WebhookServer) => Handler;

/** The target that a configuration of the API names. */
export function targetOf({ url, service, caBundle }: WebhookClientConfig): WebhookTarget {
  const ca = caBundle === undefined || caBundle === "" ? undefined : atob(caBundle);
  return { url, service, ca };
}
