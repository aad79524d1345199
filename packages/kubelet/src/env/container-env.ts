import type { EnvVar, EnvVarSource, Pod } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";
import type { References } from "../references.ts";
import { expand } from "./expand.ts";
import { fieldText, type PodAddresses } from "./field-ref.ts";
import { type Resources, resourceText, selectedContainer } from "./resource-ref.ts";
import { serviceEnv } from "./service-env.ts";

export interface EnvRequest {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly addresses: PodAddresses;
  /** What the node can give, for limits that are not set. */
  readonly allocatable: Resources;
}

export type Env = readonly (readonly [name: string, value: string])[];

/**
 * The environment of a container. Later sources win: services, `envFrom`, `env`; values of `env` may use what stands before them.
 * Throws with upstream's text when something that is not optional is missing.
 */
export async function containerEnv(references: References, request: EnvRequest, signal: AbortSignal): Promise<Env> {
  const { pod, container } = request;
  const links = pod.spec.enableServiceLinks ?? true;
  const namespace = pod.metadata.namespace ?? "";
  const services = (await references.services(namespace, signal)).filter(
    (s) => links || (s.metadata.namespace === "default" && s.metadata.name === "kubernetes"),
  );
  const fromServices = serviceEnv(services);
  const out = new Map<string, string>();
  const known = new Map(fromServices);
  for (const source of container.envFrom ?? []) {
    const data = await bulk(references, { namespace, source }, signal);
    for (const [key, value] of data) {
      const name = `${source.prefix ?? ""}${key}`;
      out.set(name, value);
      known.set(name, value);
    }
  }
  for (const variable of container.env ?? []) {
    const value = await envValue(references, { ...request, variable, known }, signal);
    if (value === undefined) continue;
    out.set(variable.name, value);
    known.set(variable.name, value);
  }
  for (const [name, value] of fromServices) if (!out.has(name)) out.set(name, value);
  return [...out];
}

type Bulk = { readonly namespace: string; readonly source: NonNullable<AnyContainer["envFrom"]>[number] };

async function bulk(references: References, { namespace, source }: Bulk, signal: AbortSignal) {
  const { configMapRef, secretRef } = source;
  if (configMapRef !== undefined) {
    const name = configMapRef.name ?? "";
    const map = await references.configMap(namespace, name, signal);
    if (map !== undefined) return Object.entries(map.data ?? {});
    if (configMapRef.optional !== true) throw new Error(`configmap "${name}" not found`);
  }
  if (secretRef !== undefined) {
    const name = secretRef.name ?? "";
    const secret = await references.secret(namespace, name, signal);
    if (secret !== undefined) return Object.entries(secret.data ?? {}).map(([k, v]) => [k, decodeText(v)] as const);
    if (secretRef.optional !== true) throw new Error(`secret "${name}" not found`);
  }
  return [];
}

type One = EnvRequest & { readonly variable: EnvVar; readonly known: ReadonlyMap<string, string> };

/** undefined: an optional source is missing, and the variable with it. */
async function envValue(references: References, request: One, signal: AbortSignal): Promise<string | undefined> {
  const { variable, known, pod, container, addresses } = request;
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? "", known);
  if (from.fieldRef !== undefined) return fieldText(pod, from.fieldRef.fieldPath, addresses);
  if (from.resourceFieldRef !== undefined) {
    const of = selectedContainer(pod, from.resourceFieldRef, container);
    return resourceText(from.resourceFieldRef, of, request.allocatable);
  }
  if (from.fileKeyRef !== undefined) throw new Error("environment files are not supported: EnvFiles");
  return await keyed(references, { namespace: pod.metadata.namespace ?? "", from }, signal);
}

async function keyed(
  references: References,
  { namespace, from }: { readonly namespace: string; readonly from: EnvVarSource },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { configMapKeyRef, secretKeyRef } = from;
  if (configMapKeyRef !== undefined) {
    const { name = "", key, optional } = configMapKeyRef;
    const map = await references.configMap(namespace, name, signal);
    const value = map?.data?.[key];
    if (value !== undefined || optional === true) return value;
    if (map === undefined) throw new Error(`configmap "${name}" not found`);
    throw new Error(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
  }
  if (secretKeyRef !== undefined) {
    const { name = "", key, optional } = secretKeyRef;
    const secret = await references.secret(namespace, name, signal);
    const value = secret?.data?.[key];
    if (value !== undefined) return decodeText(value);
    if (optional === true) return undefined;
    if (secret === undefined) throw new Error(`secret "${name}" not found`);
    throw new Error(`couldn't find key ${key} in Secret ${namespace}/${name}`);
  }
  return "";
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}
