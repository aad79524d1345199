import type { TokenRequest } from "@skates/api/authentication/v1";
import {
  type Node,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
} from "@skates/api/core/v1";
import { type CSIDriver, csiDrivers } from "@skates/api/storage/v1";
import type { ApiObject } from "@skates/apimachinery";
import type { AdmissionAttributes, Authorizer, Registry } from "@skates/apiserver";
import { NODE_PROXY_ACCOUNT } from "../authentication/users.ts";
import type { NodeWrite } from "./node-restriction-pods.ts";

/** What tokens are judged by. */
export interface TokenJudge {
  readonly registry: Registry;
  /** Asked whether a node may have tokens for an audience that its pods do not name. */
  readonly authorizer: Authorizer;
}

/** The verb of that right; its resource is the audience, its name the account's. */
const AUDIENCE_VERB = "request-serviceaccounts-token-audience";

/** Why a kubelet may not have such a token of an account, in upstream's words; undefined: it may. */
export async function tokenRefusal(
  judge: TokenJudge,
  { node, attributes }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { registry } = judge;
  const { object, namespace } = attributes;
  const spec = isTokenRequest(object) ? object.spec : undefined;
  const bound = spec?.boundObjectRef;
  if (bound?.kind === nodes.kind && isProxyAccount(attributes))
    return await proxyTokenRefusal(registry, { node, attributes }, signal);
  if (bound === undefined || bound.apiVersion !== "v1" || bound.kind !== pods.kind || (bound.name ?? "") === "") {
    return "node requested token not bound to a pod";
  }
  if ((bound.uid ?? "") === "") return "node requested token with a pod binding without a uid";
  const pod = await registry.find<Pod>(pods, { namespace, name: bound.name ?? "" }, signal);
  // A pod that is gone is answered with NotFound further on.
  if (pod === undefined) return undefined;
  if (bound.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${bound.uid ?? ""}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  if (pod.spec.nodeName !== node) return "node requested token bound to a pod scheduled on a different node";
  return await audienceRefusal(judge, { attributes, pod, audiences: spec?.audiences ?? [] }, signal);
}

interface Audienced {
  readonly attributes: AdmissionAttributes;
  readonly pod: Pod;
  /** None: the API's own. */
  readonly audiences: readonly string[];
}

/** A node that was broken into gets no tokens for others than those whom its pods speak to. */
async function audienceRefusal(
  judge: TokenJudge,
  { attributes, pod, audiences }: Audienced,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [audience = "", ...more] = audiences;
  if (more.length > 0) return "node may only request 0 or 1 audiences";
  if (await podNamesAudience(judge.registry, { pod, audience }, signal)) return undefined;
  const { user, name } = attributes;
  const { decision } = await judge.authorizer.authorize(
    {
      user,
      verb: AUDIENCE_VERB,
      resourceRequest: true,
      path: "",
      group: "",
      version: "v1",
      resource: audience,
      subresource: "",
      namespace: pod.metadata.namespace ?? "",
      name,
    },
    signal,
  );
  if (decision === "allow") return undefined;
  return `audience ${JSON.stringify(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
}

/** By a volume with a token, or by a driver of one of its volumes. */
async function podNamesAudience(
  registry: Registry,
  { pod, audience }: { readonly pod: Pod; readonly audience: string },
  signal: AbortSignal,
): Promise<boolean> {
  const volumes = pod.spec.volumes ?? [];
  const sources = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  if (sources.some(({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? "") === audience)) {
    return true;
  }
  for (const volume of volumes) {
    const driver = await driverOf(registry, { pod, volume }, signal);
    if (driver === undefined) continue;
    const about = await registry.find<CSIDriver>(csiDrivers, { name: driver }, signal);
    if (about?.spec.tokenRequests?.some((one) => (one.audience ?? "") === audience) === true) return true;
  }
  return false;
}

type Volume = NonNullable<Pod["spec"]["volumes"]>[number];

/** The CSI driver of a volume, its own or that of its claim's volume. */
async function driverOf(
  registry: Registry,
  { pod, volume }: { readonly pod: Pod; readonly volume: Volume },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (volume.csi !== undefined) return volume.csi.driver;
  const { namespace, name: podName } = pod.metadata;
  const claimName =
    volume.persistentVolumeClaim?.claimName ??
    (volume.ephemeral === undefined ? undefined : `${podName}-${volume.name}`);
  if (claimName === undefined) return undefined;
  const claim = await registry.find<PersistentVolumeClaim>(
    persistentVolumeClaims,
    { namespace, name: claimName },
    signal,
  );
  const name = claim?.spec.volumeName ?? "";
  if (name === "") return undefined;
  return (await registry.find<PersistentVolume>(persistentVolumes, { name }, signal))?.spec.csi?.driver;
}

function isProxyAccount({ namespace, name }: AdmissionAttributes): boolean {
  return namespace === NODE_PROXY_ACCOUNT.namespace && name === NODE_PROXY_ACCOUNT.name;
}

/** kube-proxy's token ends with the node that it is bound to, and is for this API alone. */
async function proxyTokenRefusal(
  registry: Registry,
  { node, attributes: { object } }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { boundObjectRef: bound, audiences = [] } = isTokenRequest(object) ? object.spec : {};
  if (bound?.apiVersion !== "v1" || bound.name !== node) return "node requested token bound to a different node";
  if (audiences.length > 0) return "node requested token of kube-proxy for other audiences than the API";
  const current = await registry.get<Node>(nodes, { name: node }, signal);
  return current !== undefined && current.metadata.uid === bound.uid
    ? undefined
    : "node requested token with a node binding that does not have the UID of the node";
}

function isTokenRequest(object: ApiObject | undefined): object is ApiObject & TokenRequest {
  return object?.kind === "TokenRequest";
}
