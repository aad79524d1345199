import { formatGroupVersion, type Resource, type Subresource } from "@skates/apimachinery";
import type { SpecialHandler } from "../special.ts";
import type { ResourceCache } from "../watch-cache/resource-cache.ts";

/** A resource in a version, as it is served. */
export interface Served {
  readonly resource: Resource;
  /** The version that strategies and the cache work on. */
  readonly hub: Resource;
  /** Absent: not stored. */
  readonly cache: ResourceCache | undefined;
  readonly subresources: ReadonlyMap<string, Subresource>;
}

/** All that is served now. */
export class ServedSet {
  readonly #byPath = new Map<string, Served>();
  /** For `find`, which is asked several times in each request: no path has to be put together. */
  readonly #byPlural = new Map<string, readonly Served[]>();
  readonly #specials = new Map<string, SpecialHandler>();
  #generation = 0;

  add(resource: Resource, cache: ResourceCache | undefined): Served {
    const path = pathOf(resource.group, resource.version, resource.plural);
    if (this.#byPath.has(path)) throw new Error(`${path} is served already`);
    const served: Served = {
      resource,
      hub: resource.conversion?.hub() ?? resource,
      cache,
      subresources: new Map(resource.subresources.map((sub) => [sub.name, sub])),
    };
    this.#byPath.set(path, served);
    this.#byPlural.set(resource.plural, [...(this.#byPlural.get(resource.plural) ?? []), served]);
    this.#generation++;
    return served;
  }

  /** Gives what was removed. */
  remove(resource: Resource): Served | undefined {
    const path = pathOf(resource.group, resource.version, resource.plural);
    const served = this.#byPath.get(path);
    if (served === undefined) return undefined;
    this.#generation++;
    this.#byPath.delete(path);
    const others = (this.#byPlural.get(resource.plural) ?? []).filter((other) => other !== served);
    if (others.length === 0) this.#byPlural.delete(resource.plural);
    else this.#byPlural.set(resource.plural, others);
    return served;
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byPlural.get(plural)?.find(({ resource }) => resource.group === group && resource.version === version);
  }

  /** True if anything of the group is served in the version. */
  hasVersion(group: string, version: string): boolean {
    for (const { resource } of this.#byPath.values()) {
      if (resource.group === group && resource.version === version) return true;
    }
    return false;
  }

  /** The resource whose objects say this of themselves. */
  ofKind(apiVersion: string, kind: string): Resource | undefined {
    for (const { resource } of this.#byPath.values()) {
      if (resource.kind === kind && formatGroupVersion(resource) === apiVersion) return resource;
    }
    return undefined;
  }

  addSpecial(handler: SpecialHandler): void {
    this.#specials.set(specialKey(handler.group, handler.resource, handler.subresource ?? ""), handler);
  }

  special(group: string, resource: string, subresource: string): SpecialHandler | undefined {
    return this.#specials.size === 0 ? undefined : this.#specials.get(specialKey(group, resource, subresource));
  }

  all(): readonly Served[] {
    return [...this.#byPath.values()];
  }

  /** Changes whenever a resource comes or goes. */
  get generation(): number {
    return this.#generation;
  }
}

function pathOf(group: string, version: string, plural: string): string {
  return group === "" ? `${version}/${plural}` : `${group}/${version}/${plural}`;
}

function specialKey(group: string, resource: string, subresource: string): string {
  return `${group}/${resource}/${subresource}`;
}
