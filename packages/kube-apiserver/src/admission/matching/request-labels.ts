import { type Namespace, namespaces } from "@skates/api/core/v1";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { findNamespace } from "../lookup.ts";
import { isAbout } from "../object-kind.ts";
import type { MatchCriteria } from "./match-criteria.ts";

/** The namespace that a request is within, or is about; undefined: none. */
export function namespaceNameOf(attributes: AdmissionAttributes): string | undefined {
  const { resource, name, namespace } = attributes;
  const inside = resource.group === "" && resource.plural === namespaces.plural ? name : namespace;
  return inside === "" ? undefined : inside;
}

/** The namespace of one request, looked up at most once. */
export class RequestNamespace {
  readonly #registry: Registry;
  readonly #attributes: AdmissionAttributes;
  #found: Namespace | undefined;

  constructor(registry: Registry, attributes: AdmissionAttributes) {
    this.#registry = registry;
    this.#attributes = attributes;
  }

  /** From the cache, else the store. Undefined for what is in no namespace. Throws NotFound. */
  async get(signal: AbortSignal): Promise<Namespace | undefined> {
    const name = namespaceNameOf(this.#attributes);
    if (name === undefined || this.#found !== undefined) return this.#found;
    return (this.#found = await findNamespace(this.#registry, name, signal));
  }

  /** A namespace that is written has the labels that it will have. */
  async labels(signal: AbortSignal): Promise<Readonly<Record<string, string>> | undefined> {
    const { operation, object } = this.#attributes;
    const written = operation === "CREATE" || operation === "UPDATE";
    if (written && isAbout(this.#attributes, namespaces)) return object?.metadata.labels;
    return (await this.get(signal))?.metadata.labels;
  }
}

/** Whether selectors select a request. Throws NotFound where the namespace is asked about and not there. */
export async function selectsRequest(
  { namespaces: byNamespace, objects }: MatchCriteria,
  { attributes, namespace }: { readonly attributes: AdmissionAttributes; readonly namespace: RequestNamespace },
  signal: AbortSignal,
): Promise<boolean> {
  if (objects !== undefined) {
    const { object, old } = attributes;
    const some = [object, old].some((each) => each !== undefined && objects.matches(each.metadata.labels));
    if (!some) return false;
  }
  if (byNamespace === undefined) return true;
  const clusterWide = attributes.namespace === "" && attributes.resource.plural !== namespaces.plural;
  return clusterWide || byNamespace.matches(await namespace.labels(signal));
}
