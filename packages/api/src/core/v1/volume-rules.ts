import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isConfigMapKey,
  parseQuantity,
  type Path,
  required,
} from "@skates/apimachinery";
import {
  checkFileMode,
  checkLabel,
  checkLocalPath,
  checkNoBacksteps,
  checkText,
  checkVolumeFilePath,
  type Findings,
  membersOf,
} from "../../checks.ts";
import { volumeFieldRefFindings, volumeResourceRefFindings } from "./env-rules.ts";
import type { KeyToPath } from "./key-selector.ts";
import type { DownwardAPIVolumeFile, ProjectedVolumeSource, Volume, VolumeProjection } from "./volume.ts";

const MORE = "may not specify more than 1 volume type";
const PROJECTIONS = [
  "secret",
  "downwardAPI",
  "configMap",
  "serviceAccountToken",
  "clusterTrustBundle",
  "podCertificate",
] as const;
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

/** A volume: a proper name and exactly one source. */
export function volumeRules(volume: Volume, _old: unknown, path: Path): Findings {
  const sources = Object.entries(volume).filter(([name, value]) => name !== "name" && value !== undefined);
  return [
    ...checkLabel([...path, "name"], volume.name),
    ...(sources.length === 0 ? [required(path, "must specify a volume type")] : []),
    ...sources.slice(1).map(([name]) => forbidden([...path, name], MORE)),
    ...sourceFindings(volume, path),
  ];
}

function sourceFindings(volume: Volume, path: Path): Findings {
  const { hostPath, emptyDir, secret, configMap, downwardAPI, projected, nfs, ephemeral, image } = volume;
  const at = (...names: readonly string[]): Path => [...path, ...names];
  const out: FieldError[] = [];
  if (hostPath !== undefined) out.push(...checkNoBacksteps(at("hostPath", "path"), hostPath.path));
  if (emptyDir?.sizeLimit !== undefined && parseQuantity(emptyDir.sizeLimit).sign < 0) {
    out.push(forbidden(at("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity"));
  }
  if (secret !== undefined) {
    if ((secret.secretName ?? "") === "") out.push(required(at("secret", "secretName")));
    out.push(...filesFindings(secret, at("secret")));
  }
  if (configMap !== undefined) {
    if ((configMap.name ?? "") === "") out.push(required(at("configMap", "name")));
    out.push(...filesFindings(configMap, at("configMap")));
  }
  if (downwardAPI !== undefined) {
    out.push(...checkFileMode(at("downwardAPI", "defaultMode"), downwardAPI.defaultMode));
    out.push(...downwardFindings(downwardAPI.items ?? [], at("downwardAPI", "items")));
  }
  if (projected !== undefined) out.push(...projectedFindings(projected, at("projected")));
  if (nfs !== undefined && nfs.path !== "" && !nfs.path.startsWith("/")) {
    out.push(invalid(at("nfs", "path"), nfs.path, "must be an absolute path"));
  }
  if (ephemeral !== undefined && ephemeral.volumeClaimTemplate === undefined) {
    out.push(required(at("ephemeral", "volumeClaimTemplate")));
  }
  if (image !== undefined && (image.reference ?? "") === "") out.push(required(at("image", "reference")));
  return out;
}

interface Files {
  readonly defaultMode?: number | undefined;
  readonly items?: readonly KeyToPath[] | undefined;
}

function filesFindings({ defaultMode, items = [] }: Files, path: Path): Findings {
  return [
    ...checkFileMode([...path, "defaultMode"], defaultMode),
    ...items.flatMap((item, index) => keyToPathFindings(item, [...path, "items", index])),
  ];
}

function keyToPathFindings(item: KeyToPath, path: Path): Findings {
  return [
    ...checkText([...path, "key"], item.key, isConfigMapKey),
    ...(item.path === "" ? [] : checkVolumeFilePath([...path, "path"], item.path)),
    ...checkFileMode([...path, "mode"], item.mode),
  ];
}

function downwardFindings(items: readonly DownwardAPIVolumeFile[], path: Path): Findings {
  return items.flatMap((item, index) => {
    const at = [...path, index];
    const { fieldRef, resourceFieldRef } = item;
    const out: FieldError[] = item.path === "" ? [] : [...checkVolumeFilePath([...at, "path"], item.path)];
    if (fieldRef !== undefined) {
      out.push(...volumeFieldRefFindings(fieldRef, [...at, "fieldRef"]));
      if (resourceFieldRef !== undefined) {
        out.push(invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
      }
    } else if (resourceFieldRef !== undefined) {
      out.push(...volumeResourceRefFindings(resourceFieldRef, [...at, "resourceFieldRef"]));
    } else out.push(required(at, "one of fieldRef and resourceFieldRef is required"));
    return [...out, ...checkFileMode([...at, "mode"], item.mode)];
  });
}

/** Each source of one sort, and no path twice. */
function projectedFindings(projected: ProjectedVolumeSource, path: Path): Findings {
  const taken = new Set<string>();
  const sources = (projected.sources ?? []).flatMap((source, index) => {
    const at = [...path, "sources", index];
    const [first, ...others] = membersOf(source, PROJECTIONS);
    const out: FieldError[] = others.map((name) => forbidden([...at, name], MORE));
    if (first === undefined) out.push(required(at, "no sources specified"));
    out.push(...projectionFindings(source, at));
    for (const file of pathsOf(source)) {
      if (taken.has(file.path)) {
        out.push(invalid([...path, "sources"], file.path, `conflicting duplicate paths`));
      }
      taken.add(file.path);
    }
    return out;
  });
  return [...checkFileMode([...path, "defaultMode"], projected.defaultMode), ...sources];
}

function projectionFindings(source: VolumeProjection, path: Path): Findings {
  const { secret, configMap, downwardAPI, serviceAccountToken: token } = source;
  const out: FieldError[] = [];
  if (secret !== undefined) {
    if ((secret.name ?? "") === "") out.push(required([...path, "secret", "name"]));
    out.push(...filesFindings(secret, [...path, "secret"]));
  }
  if (configMap !== undefined) {
    if ((configMap.name ?? "") === "") out.push(required([...path, "configMap", "name"]));
    out.push(...filesFindings(configMap, [...path, "configMap"]));
  }
  if (downwardAPI !== undefined)
    out.push(...downwardFindings(downwardAPI.items ?? [], [...path, "downwardAPI", "items"]));
  if (token === undefined) return out;
  const at = [...path, "serviceAccountToken"];
  const seconds = token.expirationSeconds ?? TOKEN_SECONDS_MIN;
  if (seconds < TOKEN_SECONDS_MIN) {
    out.push(invalid([...at, "expirationSeconds"], seconds, "may not specify a duration less than 10 minutes"));
  } else if (seconds > TOKEN_SECONDS_MAX) {
    out.push(invalid([...at, "expirationSeconds"], seconds, "may not specify a duration larger than 2^32 seconds"));
  }
  return token.path === "" ? out : [...out, ...checkLocalPath([...at, "path"], token.path)];
}

function pathsOf(source: VolumeProjection): readonly { readonly path: string }[] {
  const { serviceAccountToken: token, secret, configMap, downwardAPI } = source;
  const named = [...(secret?.items ?? []), ...(configMap?.items ?? []), ...(downwardAPI?.items ?? [])];
  return token === undefined ? named : [...named, token];
}

/** No two volumes of one name. */
export function volumeListFindings(volumes: readonly Volume[], path: Path): Findings {
  const seen = new Set<string>();
  return volumes.flatMap(({ name }, index) => {
    const again = seen.has(name);
    seen.add(name);
    return again ? [duplicate([...path, index, "name"], name)] : [];
  });
}
