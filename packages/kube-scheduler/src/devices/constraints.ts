import type { DeviceAttribute, DeviceConstraint } from "@skates/api/resource/v1";
import type { PoolDevice } from "./device-pools.ts";

/** What must hold between the devices of a claim, while they are chosen one by one. */
export class Constraints {
  readonly #constraints: readonly Constraint[];

  constructor(constraints: readonly DeviceConstraint[]) {
    this.#constraints = constraints.map((constraint) => new Constraint(constraint));
  }

  /** False: the device may not join; nothing has changed then. */
  add(request: string, device: PoolDevice): boolean {
    for (const [i, constraint] of this.#constraints.entries()) {
      if (constraint.add(request, device)) continue;
      for (const earlier of this.#constraints.slice(0, i)) earlier.remove(request, device);
      return false;
    }
    return true;
  }

  remove(request: string, device: PoolDevice): void {
    for (const constraint of this.#constraints) constraint.remove(request, device);
  }
}

class Constraint {
  readonly #requests: ReadonlySet<string>;
  readonly #attribute: string;
  readonly #distinct: boolean;
  readonly #values: string[] = [];

  constructor({ requests = [], matchAttribute, distinctAttribute }: DeviceConstraint) {
    this.#requests = new Set(requests);
    this.#attribute = matchAttribute ?? distinctAttribute ?? "";
    this.#distinct = matchAttribute === undefined;
  }

  add(request: string, device: PoolDevice): boolean {
    if (!this.#concerns(request)) return true;
    const value = valueOf(device, this.#attribute);
    if (value === undefined) return false;
    const clashes = this.#distinct ? this.#values.includes(value) : this.#values.some((other) => other !== value);
    if (clashes) return false;
    this.#values.push(value);
    return true;
  }

  remove(request: string, device: PoolDevice): void {
    if (!this.#concerns(request)) return;
    const at = this.#values.lastIndexOf(valueOf(device, this.#attribute) ?? "");
    if (at >= 0) this.#values.splice(at, 1);
  }

  /** A request is meant by its own name, or by that of the alternative. */
  #concerns(request: string): boolean {
    const [parent = ""] = request.split("/");
    return this.#requests.size === 0 || this.#requests.has(request) || this.#requests.has(parent);
  }
}

/** An attribute without a domain of its own is in that of the driver. */
function valueOf({ driver, device: { attributes = {} } }: PoolDevice, name: string): string | undefined {
  const [domain, id = ""] = name.split("/");
  const attribute: DeviceAttribute | undefined = attributes[name] ?? (domain === driver ? attributes[id] : undefined);
  if (attribute === undefined) return undefined;
  const { int, bool, string, version } = attribute;
  // Lists (behind a gate) are not compared: what cannot be told to be equal, or different, does not serve.
  if ((int ?? bool ?? string ?? version) === undefined) return undefined;
  return JSON.stringify({ int: int?.toString(), bool, string, version });
}
