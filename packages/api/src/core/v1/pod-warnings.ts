import { parseQuantity } from "@skates/apimachinery";
import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import type { PodSpec } from "./pod-spec.ts";
import type { PodTemplateSpec } from "./pod-template.ts";

const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

/** What a client should change some day, or probably did not mean. */
export function podWarnings(next: Pod, old: Pod | undefined): readonly string[] {
  return old === undefined || next.spec !== old.spec ? podSpecWarnings(next.spec, "spec") : [];
}

/** The same for the pods of a template, when it is new or has changed. */
export function templateWarnings(
  next: PodTemplateSpec | undefined,
  old: PodTemplateSpec | undefined,
  path = "spec.template",
): readonly string[] {
  return next?.spec === undefined || next === old ? [] : podSpecWarnings(next.spec, `${path}.spec`);
}

/** The same for the pods of a template; `path` is where the spec stands. */
export function podSpecWarnings(spec: PodSpec, path: string): readonly string[] {
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  return [
    ...nodeLabelWarnings(spec, path),
    ...(spec.volumes ?? []).flatMap((volume, i) =>
      volume.gitRepo === undefined
        ? []
        : [`${path}.volumes[${i}].gitRepo: deprecated in v1.11, and disabled by default in v1.33+`],
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, i) => {
      const again = (spec.hostAliases ?? []).findIndex((alias) => alias.ip === ip) !== i;
      return again ? [`${path}.hostAliases[${i}].ip: duplicates an entry for "${ip}"`] : [];
    }),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name = "" }, i) =>
      name === "" ? [`${path}.imagePullSecrets[${i}].name: invalid empty name ""`] : [],
    ),
    ...[
      ...(spec.initContainers ?? []).map(at(`${path}.initContainers`)),
      ...spec.containers.map(at(`${path}.containers`)),
    ].flat(),
    ...hostPortWarnings(spec, path),
    ...(grace < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
  ];
}

function at(list: string): (container: Container, index: number) => readonly string[] {
  return (container, index) => containerWarnings(container, `${list}[${index}]`);
}

function nodeLabelWarnings(spec: PodSpec, path: string): readonly string[] {
  return Object.keys(spec.nodeSelector ?? {}).flatMap((key) => {
    const now = OLD_NODE_LABELS[key];
    return now === undefined ? [] : [`${path}.nodeSelector[${key}]: deprecated since v1.14; use "${now}" instead`];
  });
}

function containerWarnings(container: Container, path: string): readonly string[] {
  const out: string[] = [];
  for (const kind of ["requests", "limits"] as const) {
    const text = container.resources?.[kind]?.["ephemeral-storage"];
    const memory = container.resources?.[kind]?.["memory"];
    for (const [name, amount] of [
      ["ephemeral-storage", text],
      ["memory", memory],
    ] as const) {
      if (amount === undefined || parseQuantity(amount).milliValue() % 1000 === 0) continue;
      out.push(`${path}.resources.${kind}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`);
    }
  }
  const names = new Map<string, number>();
  for (const [index, variable] of (container.env ?? []).entries()) {
    const before = names.get(variable.name);
    if (before !== undefined && !(variable.value ?? "").includes(`$(${variable.name})`)) {
      out.push(
        `${path}.env[${index}]: hides previous definition of "${variable.name}", which may be dropped when using apply`,
      );
    }
    names.set(variable.name, index);
  }
  const ports = new Map<string, number>();
  for (const [index, port] of (container.ports ?? []).entries()) {
    const key = `${port.containerPort}/${port.protocol ?? "TCP"}`;
    const before = ports.get(key);
    if (before !== undefined)
      out.push(`${path}.ports[${index}]: duplicate port definition with ${path}.ports[${before}]`);
    else ports.set(key, index);
  }
  return out;
}

/** One container port name for several containers is legal, and often a mistake. */
function hostPortWarnings(spec: PodSpec, path: string): readonly string[] {
  const names = new Map<string, string>();
  const out: string[] = [];
  for (const [index, container] of spec.containers.entries()) {
    for (const [portIndex, { name = "" }] of (container.ports ?? []).entries()) {
      if (name === "") continue;
      const place = `${path}.containers[${index}].ports[${portIndex}]`;
      const before = names.get(name);
      if (before !== undefined)
        out.push(
          `${place}: duplicate port name "${name}" with ${before}, services and probes that select ports by name will use ${before}`,
        );
      else names.set(name, place);
    }
  }
  return out;
}
