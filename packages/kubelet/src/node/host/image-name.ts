import { OperatingError } from "@skates/component-base";

const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const DOMAIN = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]+)?$/;

/**
 * The full form of an image name as containerd stores it: `busybox` is `docker.io/library/busybox:latest`.
 * Throws `InvalidImageName` when `name` cannot be one.
 */
export function fullImageName(name: string): string {
  const fail = (why: string): never => {
    throw new OperatingError("InvalidImageName", `${JSON.stringify(name)} is not an image name: ${why}`);
  };
  const [withTag = "", digest, ...rest] = name.split("@");
  if (rest.length > 0) return fail("it has more than one @");
  if (digest !== undefined && !DIGEST.test(digest)) return fail("what follows @ must look like sha256:<64 hex digits>");
  const colon = withTag.indexOf(":", withTag.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : withTag.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return fail("the tag must be letters, digits, _, . and -, at most 128");
  const { domain, path } = splitDomain(colon < 0 ? withTag : withTag.slice(0, colon));
  if (!DOMAIN.test(domain)) return fail(`${JSON.stringify(domain)} is no registry host`);
  if (!path.split("/").every((part) => COMPONENT.test(part)))
    return fail("its path must be lower-case words joined by /");
  const suffix = tag === undefined && digest === undefined ? ":latest" : `${tag === undefined ? "" : `:${tag}`}`;
  return `${domain}/${path}${suffix}${digest === undefined ? "" : `@${digest}`}`;
}

/** The first part is a registry only if it looks like a host; else everything is a path on Docker Hub. */
function splitDomain(repository: string): { readonly domain: string; readonly path: string } {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  const host = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const domain = !host || first === "index.docker.io" ? "docker.io" : first;
  const path = host ? repository.slice(slash + 1) : repository;
  return { domain, path: domain === "docker.io" && !path.includes("/") ? `library/${path}` : path };
}
