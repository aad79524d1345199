import { isRecord } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import { load } from "js-yaml";

/** What is needed to reach an API server, as a kubeconfig says it. Files are named, not read. */
export interface KubeconfigEntry {
  /** `https://host:port`. */
  readonly server: string;
  readonly serverName: string | undefined;
  readonly insecure: boolean;
  /** For commands that name none. */
  readonly namespace: string | undefined;
  readonly ca: TextSource | undefined;
  readonly cert: TextSource | undefined;
  readonly key: TextSource | undefined;
  readonly token: TextSource | undefined;
}

/** Text as it is, or the file that has it. */
export type TextSource = { readonly text: string } | { readonly file: string };

/** The cluster and the user of a context; default: the current one. Throws OperatingError `BadKubeconfig` that names what is wrong. */
export function parseKubeconfig(text: string, context?: string): KubeconfigEntry {
  const config = parse(text);
  const name = context ?? textAt(config, "current-context");
  if (name === undefined) throw bad("no context is chosen: set current-context");
  const chosen = named(config, { list: "contexts", item: "context", name });
  const cluster = named(config, { list: "clusters", item: "cluster", name: textAt(chosen, "cluster") ?? "" });
  const userName = textAt(chosen, "user");
  const user = userName === undefined ? {} : named(config, { list: "users", item: "user", name: userName });
  const server = textAt(cluster, "server");
  if (server === undefined) throw bad(`the cluster of context ${JSON.stringify(name)} has no server`);
  for (const method of ["exec", "auth-provider", "username"]) {
    if (user[method] !== undefined) throw bad(`users with ${method} are not supported: use a certificate or a token`);
  }
  if (cluster["proxy-url"] !== undefined) throw bad("proxy-url is not supported");
  return {
    server,
    serverName: textAt(cluster, "tls-server-name"),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    namespace: textAt(chosen, "namespace"),
    ca: pem(cluster, "certificate-authority"),
    cert: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
    token: tokenOf(user),
  };
}

type Section = Readonly<Record<string, unknown>>;

function parse(text: string): Section {
  let value: unknown;
  try {
    value = text.trim() === "" ? undefined : load(text);
  } catch (cause) {
    throw new OperatingError("BadKubeconfig", "the kubeconfig is no YAML", { cause });
  }
  if (!isRecord(value)) throw bad("the kubeconfig is empty");
  return value;
}

function named(config: Section, at: { readonly list: string; readonly item: string; readonly name: string }): Section {
  const entries: unknown = config[at.list];
  const found: unknown = Array.isArray(entries)
    ? entries.find((entry: unknown) => isRecord(entry) && entry["name"] === at.name)
    : undefined;
  const section = isRecord(found) ? found[at.item] : undefined;
  if (!isRecord(section)) throw bad(`there is no ${at.item} ${JSON.stringify(at.name)}`);
  return section;
}

function textAt(section: Section, name: string): string | undefined {
  const value = section[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `<name>-data` in base64 goes before the file `<name>`. */
function pem(section: Section, name: string): TextSource | undefined {
  const data = textAt(section, `${name}-data`);
  if (data !== undefined) return { text: decodeBase64(data, name) };
  const file = textAt(section, name);
  return file === undefined ? undefined : { file };
}

function tokenOf(user: Section): TextSource | undefined {
  const file = textAt(user, "tokenFile");
  if (file !== undefined) return { file };
  const text = textAt(user, "token");
  return text === undefined ? undefined : { text };
}

function decodeBase64(data: string, name: string): string {
  try {
    return atob(data.replaceAll(/\s/g, ""));
  } catch (cause) {
    throw new OperatingError("BadKubeconfig", `${name}-data is no base64`, { cause });
  }
}

function bad(message: string): OperatingError {
  return new OperatingError("BadKubeconfig", message);
}
