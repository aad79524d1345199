import type { Pod, Secret } from "@skates/api/core/v1";
import type { EventRecorder } from "../event-recorder.ts";
import type { References } from "../references.ts";
import type { RegistryAuth } from "../runtime.ts";
import type { ImageName } from "./image-name.ts";
import type { Credentials } from "./image-puller.ts";

interface Entry {
  /** Host, perhaps with port and path; `*` stands for a part of a host's name. */
  readonly registry: string;
  readonly auth: RegistryAuth;
}

/** Credentials from the secrets that a pod names in imagePullSecrets; the most specific first. */
export function pullSecretCredentials(references: References, recorder: EventRecorder): Credentials {
  return async (pod, image, signal) => {
    const names = (pod.spec.imagePullSecrets ?? []).map((s) => s.name ?? "").filter((name) => name !== "");
    const missing: string[] = [];
    const entries: Entry[] = [];
    for (const name of names) {
      const secret = await references.secret(pod.metadata.namespace ?? "", name, signal);
      if (secret === undefined) missing.push(name);
      else entries.push(...entriesOf(secret));
    }
    if (missing.length > 0) tellMissing(recorder, pod, missing);
    return entries
      .filter((entry) => matches(entry.registry, image))
      .toSorted((a, b) => b.registry.length - a.registry.length)
      .map((entry) => entry.auth);
  };
}

function tellMissing(recorder: EventRecorder, pod: Pod, names: readonly string[]): void {
  const message = `Unable to retrieve some image pull secrets (${names.join(", ")}); attempting to pull the image may not succeed.`;
  recorder.event({ object: pod }, "Warning", "FailedToRetrieveImagePullSecret", message);
}

/** The entries of a secret of one of the two docker types. What cannot be read gives none. */
export function entriesOf(secret: Secret): readonly Entry[] {
  const modern = secret.data?.[".dockerconfigjson"];
  const old = secret.data?.[".dockercfg"];
  const config = parse(modern ?? old);
  const auths = modern === undefined ? config : isRecord(config) ? config["auths"] : undefined;
  if (!isRecord(auths)) return [];
  return Object.entries(auths).flatMap(([registry, value]) => {
    const auth = authOf(registry, value);
    return auth === undefined ? [] : [{ registry: withoutScheme(registry), auth }];
  });
}

function authOf(registry: string, value: unknown): RegistryAuth | undefined {
  if (!isRecord(value)) return undefined;
  const text = (key: string): string => (typeof value[key] === "string" ? value[key] : "");
  const decoded = text("auth") === "" ? "" : decode(text("auth"));
  const colon = decoded.indexOf(":");
  const username = text("username") === "" && colon >= 0 ? decoded.slice(0, colon) : text("username");
  const password = text("password") === "" && colon >= 0 ? decoded.slice(colon + 1) : text("password");
  const identityToken = text("identitytoken");
  return {
    username,
    password,
    serverAddress: registry,
    ...(identityToken === "" ? {} : { identityToken }),
  };
}

/** Docker's own registry goes by several names. */
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io"];

function matches(registry: string, image: ImageName): boolean {
  const [host = "", ...path] = registry.split("/");
  const prefix = path.join("/");
  const hosts = DOCKER_HUB.includes(image.registry) ? DOCKER_HUB : [image.registry];
  // `index.docker.io/v1/` is how docker names its registry: the path is that of an API, not of images.
  const isApiPath = prefix === "v1" || prefix === "v2";
  if (!hosts.some((h) => hostMatches(host, h))) return false;
  return prefix === "" || isApiPath || image.repository === prefix || image.repository.startsWith(`${prefix}/`);
}

function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.split(".");
  const parts = host.split(".");
  return wanted.length === parts.length && wanted.every((w, i) => w === "*" || w === parts[i]);
}

function withoutScheme(registry: string): string {
  return registry.replace(/^https?:\/\//, "").replace(/\/+$/, "");
}

function parse(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined;
  try {
    return JSON.parse(decode(base64));
  } catch {
    return undefined; // admission checks the form; what slipped through holds no credentials
  }
}

function decode(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
  } catch {
    return "";
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
