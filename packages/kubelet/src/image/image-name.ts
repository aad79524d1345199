import { OperatingError } from "@skates/component-base";

/** A name of an image, as a registry client understands it. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const REFERENCE =
  /^(?:(?<domain>(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?)\/)?(?<path>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/;

/** Reads what users write (`busybox`, `ghcr.io/a/b:1`, `x@sha256:…`); undefined: not a name. */
export function parseImageName(text: string): ImageName | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const domain = groups["domain"];
  const path = groups["path"] ?? "";
  const isHost =
    domain !== undefined && (/[.:]/.test(domain) || domain === "localhost" || domain !== domain.toLowerCase());
  const repository = isHost || domain === undefined ? path : `${domain}/${path}`;
  const registry = isHost && domain !== "index.docker.io" ? domain : "docker.io";
  const digest = groups["digest"] ?? "";
  return {
    registry,
    repository: registry === "docker.io" && !repository.includes("/") ? `library/${repository}` : repository,
    tag: groups["tag"] ?? (digest === "" ? "latest" : ""),
    digest,
  };
}

/** The name as containerd keeps it: `busybox` is `docker.io/library/busybox:latest`. Throws `InvalidImageName`. */
export function fullImageName(text: string): string {
  const name = parseImageName(text);
  if (name === undefined) {
    const message = `${JSON.stringify(text)} is not an image name, such as busybox, r.example:5000/team/app:1 or app@sha256:<64 hex digits>`;
    throw new OperatingError("InvalidImageName", message);
  }
  const tag = name.tag === "" ? "" : `:${name.tag}`;
  const digest = name.digest === "" ? "" : `@${name.digest}`;
  return `${name.registry}/${name.repository}${tag}${digest}`;
}

/** The policy that holds when none is given: Always for `latest`, else IfNotPresent. */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  return parseImageName(image)?.tag === "latest" ? "Always" : "IfNotPresent";
}
