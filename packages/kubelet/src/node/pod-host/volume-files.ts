import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret, VolumeProjection } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import { fieldText } from "../../env/field-ref.ts";
import { resourceText, selectedContainer } from "../../env/resource-ref.ts";
import type { References } from "../../references.ts";
import type { NodeFacts } from "../../worker/pod-deps.ts";
import type { VolumeFile, VolumeFiles } from "./atomic-directory.ts";

/** What the contents of volumes are made from. */
export interface FileSources {
  readonly references: References;
  readonly node: NodeFacts;
}

/** Files, and when they are to be made anew because a token in them ages. */
export interface Contents {
  readonly files: VolumeFiles;
  readonly renewAtMs?: number | undefined;
}

const DEFAULT_MODE = 0o644;

interface KeyedSource {
  readonly what: "configmap" | "secret";
  readonly name: string;
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean | undefined;
  readonly defaultMode: number | undefined;
}

/** The files of a config map or secret volume. */
export async function keyedFiles(
  pod: Pod,
  source: KeyedSource,
  from: FileSources,
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const namespace = pod.metadata.namespace ?? "";
  const data = await dataOf(namespace, source, from, signal);
  if (data === undefined) {
    if (source.optional === true) return new Map();
    throw new OperatingError("VolumeSourceMissing", `${source.what} ${JSON.stringify(source.name)} not found`);
  }
  const mode = source.defaultMode ?? DEFAULT_MODE;
  if (source.items === undefined || source.items.length === 0) {
    return new Map([...data].map(([key, content]) => [key, { content, mode }]));
  }
  const files = new Map<string, VolumeFile>();
  for (const item of source.items) {
    const content = data.get(item.key);
    if (content !== undefined) files.set(item.path, { content, mode: item.mode ?? mode });
    else if (source.optional !== true) {
      throw new OperatingError(
        "VolumeSourceMissing",
        `references non-existent ${source.what === "configmap" ? "config" : "secret"} key: ${item.key}`,
      );
    }
  }
  return files;
}

async function dataOf(
  namespace: string,
  { what, name }: KeyedSource,
  { references }: FileSources,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  if (what === "secret") {
    const secret: Secret | undefined = await references.secret(namespace, name, signal);
    return secret === undefined ? undefined : new Map(Object.entries(secret.data ?? {}).map(binary));
  }
  const map: ConfigMap | undefined = await references.configMap(namespace, name, signal);
  if (map === undefined) return undefined;
  const texts = Object.entries(map.data ?? {}).map(([key, text]): [string, Uint8Array] => [key, Buffer.from(text)]);
  return new Map([...texts, ...Object.entries(map.binaryData ?? {}).map(binary)]);
}

function binary([key, base64]: readonly [string, string]): [string, Uint8Array] {
  return [key, Buffer.from(base64, "base64")];
}

/** The files of a downward API volume. Throws for fields that cannot be shown. */
export function downwardFiles(
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number | undefined,
  { node }: FileSources,
): VolumeFiles {
  const podIps = (pod.status?.podIPs ?? []).map((each) => each.ip);
  const addresses = { podIps, hostIps: node.hostIps() };
  return new Map(
    items.map((item): [string, VolumeFile] => {
      const text =
        item.resourceFieldRef === undefined
          ? fieldText(pod, item.fieldRef?.fieldPath ?? "", addresses)
          : resourceText(
              item.resourceFieldRef,
              selectedContainer(pod, item.resourceFieldRef, undefined),
              node.allocatable(),
            );
      return [item.path, { content: Buffer.from(text), mode: item.mode ?? defaultMode ?? DEFAULT_MODE }];
    }),
  );
}

/** The files of a projected volume: all sources together; of two that give one path, the later wins. */
export async function projectedFiles(
  pod: Pod,
  projected: { readonly sources?: readonly VolumeProjection[] | undefined; readonly defaultMode?: number | undefined },
  from: FileSources,
  signal: AbortSignal,
): Promise<Contents> {
  const files = new Map<string, VolumeFile>();
  let renewAtMs: number | undefined;
  for (const source of projected.sources ?? []) {
    const contents = await projection(pod, source, projected.defaultMode, from, signal);
    for (const [path, file] of contents.files) files.set(path, file);
    if (contents.renewAtMs !== undefined)
      renewAtMs = Math.min(renewAtMs ?? Number.POSITIVE_INFINITY, contents.renewAtMs);
  }
  return { files, renewAtMs };
}

async function projection(
  pod: Pod,
  source: VolumeProjection,
  defaultMode: number | undefined,
  from: FileSources,
  signal: AbortSignal,
): Promise<Contents> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined || secret !== undefined) {
    const what = configMap === undefined ? "secret" : "configmap";
    const { name = "", items, optional } = configMap ?? secret ?? {};
    return { files: await keyedFiles(pod, { what, name, items, optional, defaultMode }, from, signal) };
  }
  if (downwardAPI !== undefined) return { files: downwardFiles(pod, downwardAPI.items ?? [], defaultMode, from) };
  if (serviceAccountToken !== undefined) return tokenFile(pod, serviceAccountToken, defaultMode, from, signal);
  const kind = Object.keys(source)[0] ?? "nothing";
  throw new OperatingError("VolumeUnsupported", `projected volume source ${kind} is not supported by this kubelet`);
}

/** When four fifths of a token's time have passed, or a day, it is replaced, as upstream. */
const RENEW_PART = 0.8;
const RENEW_MS_MAX = 24 * 3_600_000;

async function tokenFile(
  pod: Pod,
  source: NonNullable<VolumeProjection["serviceAccountToken"]>,
  defaultMode: number | undefined,
  { references }: FileSources,
  signal: AbortSignal,
): Promise<Contents> {
  const expirationSeconds = source.expirationSeconds ?? 3_600;
  const token = await references.token(pod, { audience: source.audience, expirationSeconds }, signal);
  const uid = commonUser(pod);
  // A token that has one reader is for nobody else's eyes.
  const narrow = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  const file: VolumeFile = {
    content: Buffer.from(token.token),
    mode: narrow ? 0o600 : (defaultMode ?? DEFAULT_MODE),
    uid,
  };
  const lifeMs = expirationSeconds * 1000;
  const leadMs = Math.max(lifeMs * (1 - RENEW_PART), lifeMs - RENEW_MS_MAX);
  return { files: new Map([[source.path, file]]), renewAtMs: token.expiresAtMs - leadMs };
}

/** The user whom all containers of the pod run as, if they all say so and agree. */
function commonUser(pod: Pod): number | undefined {
  const { initContainers = [], containers, securityContext } = pod.spec;
  const users = [...initContainers, ...containers].map(
    (c) => c.securityContext?.runAsUser ?? securityContext?.runAsUser,
  );
  const [first] = users;
  return users.every((user) => user === first) ? first : undefined;
}
