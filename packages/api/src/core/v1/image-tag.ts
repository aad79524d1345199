const DOMAIN =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** The pull policy of an image for which none was given: `Always` for the tag `latest`, given or implied; invalid names count as tagged. */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  return imageTag(image) === "latest" ? "Always" : "IfNotPresent";
}

/** The tag of an image name, `latest` when there is neither tag nor digest, "" when there is only a digest or the name is invalid. */
function imageTag(image: string): string {
  const at = image.indexOf("@");
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const repository = tagged ? named.slice(0, colon) : named;
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (!isRepository(repository) || (tag !== undefined && !TAG.test(tag))) return "";
  if (digest !== undefined && !DIGEST.test(digest)) return "";
  return tag ?? (digest === undefined ? "latest" : "");
}

function isRepository(name: string): boolean {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isDomain = first !== "" && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  if (isDomain) return DOMAIN.test(first) && PATH.test(name.slice(slash + 1));
  return PATH.test(name);
}
