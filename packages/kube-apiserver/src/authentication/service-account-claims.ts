import type { TokenClaims } from "@skates/pki";

/** An object that a token names. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** What a service-account token says of itself under `kubernetes.io`. */
export interface ServiceAccountClaims {
  readonly namespace: string;
  readonly serviceAccount: BoundObject;
  readonly pod?: BoundObject | undefined;
  readonly secret?: BoundObject | undefined;
  readonly node?: BoundObject | undefined;
  /** Seconds since the epoch: a client that still uses the token then does not renew it. */
  readonly warnAfter?: number | undefined;
}

/** The private claims in their wire form. */
export function formatClaims(claims: ServiceAccountClaims): Readonly<Record<string, unknown>> {
  const { namespace, serviceAccount, pod, secret, node, warnAfter } = claims;
  return {
    namespace,
    ...(node === undefined ? {} : { node }),
    ...(pod === undefined ? {} : { pod }),
    ...(secret === undefined ? {} : { secret }),
    serviceaccount: serviceAccount,
    ...(warnAfter === undefined ? {} : { warnafter: warnAfter }),
  };
}

/** Reads them from a verified token; undefined when they are not complete. */
export function parseClaims(token: TokenClaims): ServiceAccountClaims | undefined {
  const claims = token["kubernetes.io"];
  if (typeof claims !== "object" || claims === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(claims));
  const namespace = fields.get("namespace");
  const serviceAccount = boundObject(fields.get("serviceaccount"));
  if (typeof namespace !== "string" || serviceAccount === undefined) return undefined;
  const warnAfter = fields.get("warnafter");
  return {
    namespace,
    serviceAccount,
    pod: boundObject(fields.get("pod")),
    secret: boundObject(fields.get("secret")),
    node: boundObject(fields.get("node")),
    warnAfter: typeof warnAfter === "number" ? warnAfter : undefined,
  };
}

function boundObject(value: unknown): BoundObject | undefined {
  if (typeof value !== "object" || value === null || !("name" in value)) return undefined;
  const uid = "uid" in value ? value.uid : "";
  return typeof value.name === "string" && typeof uid === "string" ? { name: value.name, uid } : undefined;
}
