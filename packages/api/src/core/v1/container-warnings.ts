import type { Container, ContainerPort } from "./container.ts";
import { fractionalBytes } from "./resource-rules.ts";

/** What one container says that its writer probably did not mean; `at` is where it stands. */
export function containerWarnings(container: Container, at: string): readonly string[] {
  const { resources } = container;
  const bytes = resources === undefined ? NONE : BYTES.flatMap((name) => amountWarnings(resources, name, at));
  return [...bytes, ...envWarnings(container, at)];
}

const NONE: readonly string[] = [];
const BYTES = ["memory", "ephemeral-storage"] as const;
const AMOUNTS = ["limits", "requests"] as const;

function amountWarnings(
  resources: NonNullable<Container["resources"]>,
  name: (typeof BYTES)[number],
  at: string,
): readonly string[] {
  return AMOUNTS.flatMap((kind) => {
    const amount = resources[kind]?.[name];
    return amount === undefined ? NONE : fractionalBytes(amount, `${at}.resources.${kind}[${name}]`);
  });
}

function envWarnings({ env = [] }: Container, at: string): readonly string[] {
  const known = new Set<string>();
  for (const { name } of env) known.add(name);
  if (known.size === env.length) return NONE;
  known.clear();
  return env.flatMap(({ name, value = "", valueFrom }, i) => {
    if (!known.has(name)) {
      known.add(name);
      return [];
    }
    const reference = `$(${name})`;
    // A value that builds on the earlier one is what repeating is for.
    const builds = valueFrom === undefined && value !== reference && value.includes(reference);
    if (builds) return [];
    return [`${at}.env[${i}]: hides previous definition of "${name}", which may be dropped when using apply`];
  });
}

interface Placed {
  readonly container: Container;
  readonly at: string;
}

const NO_PORTS: readonly ContainerPort[] = [];

/** Ports of all containers of a pod that are the same, or may be. */
export function containerPortWarnings(containers: readonly Placed[]): readonly string[] {
  const known = new Map<string, { readonly at: string; readonly port: ContainerPort }[]>();
  const out: string[] = [];
  for (const { container, at: place } of containers) {
    for (const [i, port] of (container.ports ?? NO_PORTS).entries()) {
      const at = `${place}.ports[${i}]`;
      if ((port.hostIP ?? "") !== "" && (port.hostPort ?? 0) === 0) {
        out.push(`${at}: hostIP set without hostPort: ${shown(port)}`);
      }
      const key = `${port.containerPort}/${port.protocol ?? "TCP"}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const likeness = likenessOf(port, other.port);
        if (likeness !== undefined) out.push(`${at}: ${likeness} port definition with ${other.at}`);
      }
      known.set(key, [...others, { at, port }]);
    }
  }
  return out;
}

function likenessOf(a: ContainerPort, b: ContainerPort): string | undefined {
  const { hostIP: ipA = "", hostPort: portA = 0 } = a;
  const { hostIP: ipB = "", hostPort: portB = 0 } = b;
  if (ipA === ipB && portA === portB) return "duplicate";
  if (portA === 0 || portB === 0) return "overlapping";
  return portA === portB && (ipA === "") !== (ipB === "") ? "dangerously ambiguous" : undefined;
}

/** As upstream's language prints the struct. */
function shown({ name = "", hostPort = 0, containerPort, protocol = "TCP", hostIP = "" }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
