import { type BoundObjectReference, TokenRequest } from "@skates/api/authentication/v1";
import { nodes, type Pod, pods, secrets, serviceAccounts } from "@skates/api/core/v1";
import {
  type ApiObject,
  conflict,
  type FieldError,
  formatTime,
  invalid,
  invalidStatus,
  notFound,
  type ObjectKey,
  type Resource,
} from "@skates/apimachinery";
import type { SpecialCall, SpecialHandler } from "@skates/apiserver";
import { type Random, uuid } from "@skates/component-base";
import type { TokenClaims } from "@skates/pki";
import { formatClaims, type ServiceAccountClaims } from "../authentication/service-account-claims.ts";
import type { TokenOptions } from "../authentication/token-options.ts";
import { serviceAccountUserName } from "../authentication/users.ts";
import { answer, travellingKind } from "./answer.ts";

export interface TokenRequestOptions extends Pick<TokenOptions, "signer" | "issuer" | "extended" | "secondsMax"> {
  /** Audiences of this API: what a token is for when the request names none. */
  readonly audiences: readonly string[];
  readonly random: Random;
}

const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;
/** A request for just so long comes from the volume that admission adds; such a token lives on for clients that never read it again. */
const EXTENDED_SECONDS_ASKED = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;
const KIND = travellingKind({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenRequest",
  schema: TokenRequest,
});

/** `serviceaccounts/token`: a signed token for a service account, bound to a pod, secret or node if wished. */
export function tokenRequestHandler(options: TokenRequestOptions): SpecialHandler {
  const ids = options.random.stream("token-ids");
  return {
    group: "",
    resource: "serviceaccounts",
    subresource: "token",
    verbs: ["create"],
    async handle(call) {
      const { namespace, name } = call.route;
      const request = await call.admit<TokenRequest>("CREATE", await call.read<TokenRequest>(TokenRequest));
      const findings = tokenRequestFindings(request);
      if (findings.length > 0) throw invalidStatus(KIND, name, findings);
      const account = await call.registry.get(serviceAccounts, { namespace, name }, call.signal);
      if (account === undefined) throw notFound(serviceAccounts, name);
      const bound = await boundObjects(call, request.spec.boundObjectRef);
      const seconds = shortened(call, Number(request.spec.expirationSeconds ?? 3600), options);
      const audiences = nonEmpty(request.spec.audiences) ?? options.audiences;
      const issuedAt = Math.floor(call.nowMs / 1000);
      const extends_ = isExtended({ seconds, bound, audiences }, options);
      const claims: TokenClaims = {
        iss: options.issuer,
        sub: serviceAccountUserName(namespace, name),
        aud: audiences,
        exp: issuedAt + (extends_ ? Math.min(EXTENDED_SECONDS, options.secondsMax ?? Infinity) : seconds),
        iat: issuedAt,
        nbf: issuedAt,
        jti: uuid(ids),
        "kubernetes.io": formatClaims({
          namespace,
          serviceAccount: { name, uid: account.metadata.uid ?? "" },
          ...bound,
          ...(extends_ ? { warnAfter: issuedAt + seconds } : {}),
        }),
      };
      const token = call.dryRun ? "" : await options.signer.sign(claims);
      const expirationTimestamp = formatTime((issuedAt + seconds) * 1000);
      return answer(KIND, {
        ...request,
        metadata: { ...request.metadata, name, namespace, creationTimestamp: formatTime(call.nowMs) },
        spec: { ...request.spec, audiences, expirationSeconds: seconds },
        status: { token, expirationTimestamp },
      });
    },
  };
}

function shortened(call: SpecialCall, seconds: number, { secondsMax = Infinity }: TokenRequestOptions): number {
  if (seconds <= secondsMax) return seconds;
  call.warn(`requested expiration of ${seconds} seconds shortened to ${secondsMax} seconds`);
  return secondsMax;
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function tokenRequestFindings({ spec }: TokenRequest): readonly FieldError[] {
  const seconds = Number(spec.expirationSeconds ?? 3600);
  const path = ["spec", "expirationSeconds"];
  if (seconds < LEAST_SECONDS) return [invalid(path, seconds, "may not specify a duration less than 10 minutes")];
  if (seconds > MOST_SECONDS) return [invalid(path, seconds, "may not specify a duration larger than 2^32 seconds")];
  return [];
}

type Bound = Pick<ServiceAccountClaims, "pod" | "secret" | "node">;

function isExtended(
  {
    seconds,
    bound,
    audiences,
  }: { readonly seconds: number; readonly bound: Bound; readonly audiences: readonly string[] },
  options: TokenRequestOptions,
): boolean {
  return (
    options.extended === true &&
    seconds === EXTENDED_SECONDS_ASKED &&
    bound.pod !== undefined &&
    String(audiences) === String(options.audiences)
  );
}

async function boundObjects(call: SpecialCall, reference: BoundObjectReference | undefined): Promise<Bound> {
  if (reference === undefined) return {};
  const { kind = "", apiVersion = "" } = reference;
  const { namespace, name: account } = call.route;
  const key = { namespace, name: reference.name ?? "" };
  const which = `${apiVersion}/${kind}`;
  if (which === "v1/Pod") {
    const pod = await existing<Pod>(call, { resource: pods, key, reference });
    if ((pod.spec.serviceAccountName ?? "") !== account) {
      const message = `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`;
      throw invalidStatus(KIND, account, [invalid(["spec", "boundObjectRef", "name"], key.name, message)]);
    }
    return { pod: boundTo(pod), ...(await nodeOf(call, pod)) };
  }
  if (which === "v1/Secret") return { secret: boundTo(await existing(call, { resource: secrets, key, reference })) };
  if (which === "v1/Node")
    return { node: boundTo(await existing(call, { resource: nodes, key: { name: key.name }, reference })) };
  const message = `cannot bind to an object of kind ${kind} in ${apiVersion}: supported are v1/Pod, v1/Secret and v1/Node`;
  throw invalidStatus(KIND, account, [invalid(["spec", "boundObjectRef", "kind"], kind, message)]);
}

function boundTo(object: ApiObject): { readonly name: string; readonly uid: string } {
  return { name: object.metadata.name, uid: object.metadata.uid ?? "" };
}

async function nodeOf(call: SpecialCall, pod: Pod): Promise<Pick<Bound, "node">> {
  const name = pod.spec.nodeName ?? "";
  if (name === "") return {};
  const node = await call.registry.get(nodes, { name }, call.signal);
  return { node: { name, uid: node?.metadata.uid ?? "" } };
}

async function existing<T extends ApiObject>(
  call: SpecialCall,
  {
    resource,
    key,
    reference,
  }: { readonly resource: Resource<T>; readonly key: ObjectKey; readonly reference: BoundObjectReference },
): Promise<T> {
  const found = await call.registry.get(resource, key, call.signal);
  if (found === undefined) throw notFound(resource, key.name);
  const { uid = "" } = reference;
  if (uid === "" || uid === found.metadata.uid) return found;
  const cause = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  throw conflict(resource, key.name, cause);
}
