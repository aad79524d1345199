import { type Pod, pods } from "@skates/api/core/v1";
import { badRequest, notFound } from "@skates/apimachinery";
import type { SpecialCall } from "@skates/apiserver";

const DEFAULT_CONTAINER_ANNOTATION = "kubectl.kubernetes.io/default-container";

/** The pod of a request on one of its subresources. Throws NotFound. */
export async function podOf(call: SpecialCall): Promise<Pod> {
  const { namespace, name } = call.route;
  const pod = await call.registry.get<Pod>(pods, { namespace, name }, call.signal);
  if (pod === undefined) throw notFound(pods, name);
  return pod;
}

/** The node that runs the pod. Throws BadRequest while there is none. */
export function nodeOfPod(pod: Pod): string {
  const node = pod.spec.nodeName ?? "";
  if (node === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return node;
}

/** The container that is meant: the one named, else the only one. Throws BadRequest in upstream's words. */
export function containerOf(pod: Pod, wanted: string): string {
  const names = (list: readonly { readonly name: string }[] | undefined): readonly string[] =>
    (list ?? []).map(({ name }) => name);
  const main = names(pod.spec.containers);
  const init = names(pod.spec.initContainers);
  const ephemeral = names(pod.spec.ephemeralContainers);
  const { name } = pod.metadata;
  if (wanted !== "") {
    if ([...main, ...init, ...ephemeral].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [first = ""] = main;
  if (main.length === 1) return first;
  const byAnnotation = pod.metadata.annotations?.[DEFAULT_CONTAINER_ANNOTATION];
  if (byAnnotation !== undefined && main.includes(byAnnotation)) return byAnnotation;
  if (main.length === 0) throw badRequest(`a container name must be specified for pod ${name}`);
  const others = init.length > 0 ? ` or one of the init containers: [${init.join(" ")}]` : "";
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${main.join(" ")}]${others}`);
}
