import type { Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";

/** What is made of stored objects, and made again when one of them changes: compiled webhooks, policies with their bindings. */
export class StoredSubjects<T> {
  readonly #registry: Registry;
  readonly #resources: readonly Resource[];
  readonly #make: () => readonly T[];
  #made: readonly T[] = [];
  #revision = "";
  #loaded = false;

  constructor(registry: Registry, resources: readonly Resource[], make: () => readonly T[]) {
    this.#registry = registry;
    this.#resources = resources;
    this.#make = make;
  }

  /** True when it is known, without waiting, that there are none. */
  empty(): boolean {
    return this.#loaded && this.current().length === 0;
  }

  /** The newest that the cache knows; the same array until something changes. Only after `load`. */
  current(): readonly T[] {
    const revision = this.#resources.map((resource) => this.#registry.cachedRevision(resource)).join(" ");
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#made = this.#make();
    }
    return this.#made;
  }

  /** Resolves once the cache has been loaded: before, nothing may be let through because nothing is known. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded) return;
    await Promise.all(this.#resources.map((resource) => this.#registry.get(resource, { name: "-" }, signal)));
    this.#loaded = true;
  }
}

/** True if the server has these kinds; some servers are put together of fewer. */
export function servesAll(registry: Registry, resources: readonly Resource[]): boolean {
  const served = registry.resources();
  return resources.every(({ group, plural }) =>
    served.some((resource) => resource.group === group && resource.plural === plural),
  );
}
