import {
  type ConfigurationKind,
  duplicate,
  duration,
  type FieldError,
  type Infer,
  int32,
  invalid,
  list,
  opt,
  type Path,
  ref,
  required,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";

export const EncryptionKey = struct(
  "apiserver.config.k8s.io/v1.Key",
  {
    name: opt(1, string, "What the key is called in stored values."),
    secret: opt(2, string, "The key itself, in base64."),
  },
  { doc: "A key of an encryption method." },
);
export interface EncryptionKey extends Infer<typeof EncryptionKey> {}

export const EncryptionKeys = struct(
  "apiserver.config.k8s.io/v1.EncryptionKeys",
  {
    keys: opt(1, list(ref<EncryptionKey>(() => EncryptionKey)), "The first one encrypts, each of them decrypts."),
  },
  { doc: "The keys of an encryption method." },
);
export interface EncryptionKeys extends Infer<typeof EncryptionKeys> {}

export const IdentityConfiguration = struct(
  "apiserver.config.k8s.io/v1.IdentityConfiguration",
  {},
  { doc: "Values in the clear." },
);
export interface IdentityConfiguration extends Infer<typeof IdentityConfiguration> {}

export const KmsConfiguration = struct(
  "apiserver.config.k8s.io/v1.KMSConfiguration",
  {
    apiVersion: opt(1, string, "Version of the service's protocol: v2."),
    name: opt(2, string, "What the provider is called in stored values."),
    cachesize: opt(3, int32, "Of the first version of the protocol only.", { keepZero: true }),
    endpoint: opt(4, string, "Where the service listens: unix:///path."),
    timeout: opt(5, duration, "Of one call.", { default: "3s" }),
  },
  { doc: "A key management service." },
);
export interface KmsConfiguration extends Infer<typeof KmsConfiguration> {}

const keys = (): ReturnType<typeof ref<EncryptionKeys>> => ref<EncryptionKeys>(() => EncryptionKeys);

export const ProviderConfiguration = struct(
  "apiserver.config.k8s.io/v1.ProviderConfiguration",
  {
    aesgcm: opt(1, keys(), "AES-GCM with a random nonce."),
    aescbc: opt(2, keys(), "AES-CBC with PKCS #7 padding."),
    secretbox: opt(3, keys(), "XSalsa20 and Poly1305."),
    identity: opt(
      4,
      ref<IdentityConfiguration>(() => IdentityConfiguration),
      "Values in the clear.",
    ),
    kms: opt(
      5,
      ref<KmsConfiguration>(() => KmsConfiguration),
      "Keys that a key management service keeps.",
    ),
  },
  { doc: "One encryption method; exactly one field is set." },
);
export interface ProviderConfiguration extends Infer<typeof ProviderConfiguration> {}

export const ResourceConfiguration = struct(
  "apiserver.config.k8s.io/v1.ResourceConfiguration",
  {
    resources: opt(1, list(string), "Kinds: secrets, pandas.example.com, *. (the core group), *.apps, *.* (all)."),
    providers: opt(
      2,
      list(ref<ProviderConfiguration>(() => ProviderConfiguration)),
      "The first one writes, each of them reads.",
    ),
  },
  { doc: "How values of some kinds are stored." },
);
export interface ResourceConfiguration extends Infer<typeof ResourceConfiguration> {}

export const EncryptionConfiguration = struct(
  "apiserver.config.k8s.io/v1.EncryptionConfiguration",
  {
    ...typeMeta,
    resources: opt(
      1,
      list(ref<ResourceConfiguration>(() => ResourceConfiguration)),
      "In order: the first one that names a kind counts.",
    ),
  },
  { doc: "Which kinds are stored encrypted, and how." },
);
export interface EncryptionConfiguration extends Infer<typeof EncryptionConfiguration> {}

/** The file of `--encryption-provider-config`. */
export const encryptionConfigurationKind: ConfigurationKind = {
  group: "apiserver.config.k8s.io",
  version: "v1",
  kind: "EncryptionConfiguration",
  schema: EncryptionConfiguration,
};

const KEY_BYTES = { aesgcm: [16, 24, 32], aescbc: [16, 24, 32], secretbox: [32] } as const;
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  "apiserveripinfo",
  "serviceipallocations",
  "servicenodeportallocations",
]);

/** What upstream refuses in such a file, in its words; secrets are never repeated. */
export function validateEncryptionConfiguration({ resources = [] }: EncryptionConfiguration): readonly FieldError[] {
  const root = ["resources"];
  if (resources.length === 0) return [required(root, "at least one resources is required")];
  const names = new Set<string>();
  return resources.flatMap((entry, i) => resourceFindings(entry, ["resources", i], names));
}

function resourceFindings(
  { resources = [], providers = [] }: ResourceConfiguration,
  at: Path,
  names: Set<string>,
): readonly FieldError[] {
  const kinds = [...at, "resources"];
  const methods = [...at, "providers"];
  return [
    ...(resources.length === 0 ? [required(kinds, "at least one resources is required")] : []),
    ...overlaps(resources, kinds),
    ...resources.flatMap((name, i) => nameFindings(name, [...kinds, i])),
    ...(providers.length === 0 ? [required(methods, "at least one providers is required")] : []),
    ...providers.flatMap((provider, i) => providerFindings(provider, [...methods, i], names)),
  ];
}

function overlaps(resources: readonly string[], at: Path): readonly FieldError[] {
  const parts = resources.map((name) => groupResourceOf(name));
  const repeated = new Set(resources).size < resources.length;
  const masked = parts.some(({ group, resource }, i) =>
    parts.some(
      (other, j) =>
        i !== j &&
        resources[i] !== resources[j] &&
        ((group === "*" && resource === "*") ||
          (group === other.group && (resource === "*" || other.resource === "*"))),
    ),
  );
  const value = [...resources];
  return [
    ...(repeated ? [invalid(at, value, "the same resource cannot be specified multiple times")] : []),
    ...(masked
      ? [
          invalid(
            at,
            value,
            "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
          ),
        ]
      : []),
  ];
}

/** `deployments.apps` and so on; the core group is empty. */
export function groupResourceOf(name: string): { readonly group: string; readonly resource: string } {
  const dot = name.indexOf(".");
  return dot < 0 ? { group: "", resource: name } : { group: name.slice(dot + 1), resource: name.slice(0, dot) };
}

function nameFindings(name: string, at: Path): readonly FieldError[] {
  const { group, resource } = groupResourceOf(name);
  const why =
    name !== name.toLowerCase()
      ? "resource name should not contain capital letters"
      : name === "*"
        ? "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
        : SYSTEM_NAMES.has(name)
          ? "resources which do not have REST API/s cannot be encrypted"
          : group === "events.k8s.io"
            ? "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file"
            : group === "extensions"
              ? "'extensions' group has been removed and cannot be used for encryption"
              : group === "*" && resource !== "*"
                ? "encrypting the same resource across groups is not supported"
                : undefined;
  return why === undefined ? [] : [invalid(at, name, why)];
}

function providerFindings(provider: ProviderConfiguration, at: Path, names: Set<string>): readonly FieldError[] {
  const { aesgcm, aescbc, secretbox, identity, kms } = provider;
  const set = [kms, aesgcm, aescbc, secretbox, identity].filter((one) => one !== undefined).length;
  if (set === 0) {
    const none = "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity";
    return [invalid(at, "", none)];
  }
  if (set > 1) {
    const several = "more than one provider specified in a single element, should split into different list elements";
    return [invalid(at, "REDACTED", several)];
  }
  if (kms !== undefined) return kmsFindings(kms, [...at, "kms"], names);
  return (["aesgcm", "aescbc", "secretbox"] as const).flatMap((method) => {
    const own = provider[method];
    return own === undefined ? [] : keysFindings(own, [...at, method, "keys"], KEY_BYTES[method]);
  });
}

function keysFindings({ keys: all = [] }: EncryptionKeys, at: Path, lengths: readonly number[]): readonly FieldError[] {
  if (all.length === 0) return [required(at, "at least one keys is required")];
  return all.flatMap(({ name = "", secret = "" }, i) => {
    const out: FieldError[] = [];
    if (name === "") out.push(required([...at, i, "name"], "name is a mandatory field for a key"));
    if (secret === "") out.push(required([...at, i, "secret"], "secret is a mandatory field for a key"));
    else out.push(...secretFindings(secret, [...at, i, "secret"], lengths));
    return out;
  });
}

function secretFindings(secret: string, at: Path, lengths: readonly number[]): readonly FieldError[] {
  let bytes: string;
  try {
    bytes = atob(secret);
  } catch {
    return [invalid(at, "REDACTED", "secrets must be base64 encoded")];
  }
  if (lengths.includes(bytes.length)) return [];
  const expected = `[${lengths.join(" ")}]`;
  return [
    invalid(at, "REDACTED", `secret is not of the expected length, got ${bytes.length}, expected one of ${expected}`),
  ];
}

function kmsFindings(kms: KmsConfiguration, at: Path, names: Set<string>): readonly FieldError[] {
  const { name = "", endpoint = "", apiVersion = "v1", cachesize, timeout } = kms;
  const out: FieldError[] = [];
  if (name === "") out.push(required([...at, "name"], "name is a mandatory field for a provider"));
  if (name.includes(":")) {
    out.push(invalid([...at, "name"], name, `invalid KMS provider name ${name}, must not contain ':'`));
  }
  if (names.has(name)) out.push(duplicate([...at, "name"], name));
  names.add(name);
  if (timeout !== undefined && !/[1-9]/.test(timeout)) {
    out.push(invalid([...at, "timeout"], timeout, "timeout should be a positive value"));
  }
  if (endpoint === "") out.push(required([...at, "endpoint"], "endpoint is a mandatory field for a kms"));
  else if (!endpoint.startsWith("unix:")) {
    const scheme = JSON.stringify(endpoint.split(":")[0]);
    const only = `unsupported scheme ${scheme} for KMS provider, only unix is supported`;
    out.push(invalid([...at, "endpoint"], endpoint, only));
  }
  if (cachesize !== undefined) {
    out.push(invalid([...at, "cachesize"], cachesize, "cachesize is not supported in v2"));
  }
  if (apiVersion !== "v2") {
    // Upstream reads v1 behind a feature gate that is off by default.
    const only = `unsupported apiVersion ${apiVersion} for KMS provider, only v2 is supported`;
    out.push(invalid([...at, "apiVersion"], apiVersion, only));
  }
  return out;
}
