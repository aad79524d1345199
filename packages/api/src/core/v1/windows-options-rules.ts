import { type FieldError, forbidden, invalid, isDns1123Subdomain, type Path, utf8Length } from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import { containersWithPaths } from "./pod-containers.ts";
import type { PodSpec } from "./pod-spec.ts";
import type { WindowsSecurityContextOptions } from "./security-context.ts";

const GMSA_KIB_MAX = 64;
const DOMAIN_LENGTH_LIMIT = 256;
const USER_LENGTH_MAX = 104;
const DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const dnsDomain = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const netBiosDomain = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const controlCharacter = /\p{Cc}/u;
const userCharacter = /["/\\:;|=,+*?<>@[\]]/;

/** Names of accounts and users as Windows has them. */
export function windowsOptionsRules(options: WindowsSecurityContextOptions, _old: unknown, path: Path): Findings {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: text, runAsUserName } = options;
  const at = [...path, "gmsaCredentialSpec"];
  const out: FieldError[] = [];
  if (name !== undefined) {
    out.push(...invalidFor([...path, "gmsaCredentialSpecName"], name, isDns1123Subdomain(name)));
  }
  if (text === "") out.push(invalid(at, text, "gmsaCredentialSpec cannot be an empty string"));
  else if (text !== undefined && utf8Length(text) > GMSA_KIB_MAX * 1024) {
    out.push(invalid(at, text, `gmsaCredentialSpec size must be under ${GMSA_KIB_MAX} KiB`));
  }
  if (runAsUserName === undefined) return out;
  return [...out, ...invalidFor([...path, "runAsUserName"], runAsUserName, userNameProblems(runAsUserName))];
}

function userNameProblems(name: string): readonly string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  if (controlCharacter.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const domain = parts.length === 2 ? parts[0] : undefined;
  return [...domainProblems(domain), ...userProblems(user)];
}

function domainProblems(domain: string | undefined): readonly string[] {
  if (domain === undefined) return [];
  const out: string[] = [];
  if (utf8Length(domain) >= DOMAIN_LENGTH_LIMIT) {
    out.push(`runAsUserName's Domain length must be under ${DOMAIN_LENGTH_LIMIT} characters`);
  }
  if (!netBiosDomain.test(domain) && !dnsDomain.test(domain)) {
    out.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  return out;
}

function userProblems(user: string): readonly string[] {
  const out: string[] = [];
  if (user === "") out.push("runAsUserName's User cannot be empty");
  else if (utf8Length(user) > USER_LENGTH_MAX) {
    out.push(`runAsUserName's User length must not be longer than ${USER_LENGTH_MAX} characters`);
  }
  if (/^[. ]+$/.test(user)) out.push("runAsUserName's User cannot contain only periods or spaces");
  if (userCharacter.test(user)) {
    out.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return out;
}

/** Containers that are processes of the host come all together, on the host's network. */
export function hostProcessFindings(spec: PodSpec, path: Path): Findings {
  const whole = spec.securityContext?.windowsOptions?.hostProcess;
  const out: FieldError[] = [];
  let others = 0;
  let processes = 0;
  for (const { container, at } of containersWithPaths(spec, path)) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (whole !== undefined && own !== undefined && whole !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${whole}`;
      out.push(invalid([...at, "securityContext", "windowsOptions", "hostProcess"], own, detail));
    }
    if (own ?? whole ?? false) processes++;
    else others++;
  }
  if (processes === 0) return out;
  if (others > 0) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    out.push(invalid(path, "", detail));
  }
  if (spec.hostNetwork !== true) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    out.push(invalid([...path, "hostNetwork"], false, detail));
  }
  return out;
}

const FOR_WINDOWS = "cannot be set for a windows pod";
const FOR_LINUX = "windows options cannot be set for a linux pod";
const POD_CONTEXT = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "seLinuxChangePolicy",
] as const;
const CONTAINER_CONTEXT = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;

/** What the other operating system knows has no place in a pod that says which one it is for. */
export function podOsFindings(spec: PodSpec, path: Path): Findings {
  if (spec.os?.name === "linux") return linuxFindings(spec, path);
  return spec.os?.name === "windows" ? windowsFindings(spec, path) : [];
}

function linuxFindings(spec: PodSpec, path: Path): Findings {
  const places = [
    { at: path, context: spec.securityContext },
    ...containersWithPaths(spec, path).map(({ container, at }) => ({ at, context: container.securityContext })),
  ];
  return places.flatMap(({ at, context }) =>
    context?.windowsOptions === undefined ? [] : [forbidden([...at, "securityContext", "windowsOptions"], FOR_LINUX)],
  );
}

function windowsFindings(spec: PodSpec, path: Path): Findings {
  const context = spec.securityContext ?? {};
  const own: Path[] = POD_CONTEXT.filter((name) => context[name] !== undefined).map((name) => [
    "securityContext",
    name,
  ]);
  if (spec.hostUsers !== undefined) own.push(["hostUsers"]);
  if (spec.hostPID === true) own.push(["hostPID"]);
  if (spec.hostIPC === true) own.push(["hostIPC"]);
  if (spec.shareProcessNamespace !== undefined) own.push(["shareProcessNamespace"]);
  const parts = containersWithPaths(spec, path).flatMap(({ container, at }) => {
    const { securityContext = {} } = container;
    const wrong = CONTAINER_CONTEXT.filter((name) => securityContext[name] !== undefined);
    return wrong.map((name) => forbidden([...at, "securityContext", name], FOR_WINDOWS));
  });
  return [...own.map((names) => forbidden([...path, ...names], FOR_WINDOWS)), ...parts];
}
