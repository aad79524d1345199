import {
  type ConfigurationKind,
  type Infer,
  isRecord,
  jsonText,
  list,
  opt,
  parseYaml,
  rawExtension,
  readConfiguration,
  ref,
  req,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";

/** These files were read as they are before there was a configuration for all plugins. */
const OLD_FILES: Readonly<Record<string, string>> = {
  imagePolicy: "ImagePolicyWebhook",
  podNodeSelectorPluginConfig: "PodNodeSelector",
};

const AdmissionPluginConfiguration = struct("apiserver.config.k8s.io/v1.AdmissionPluginConfiguration", {
  name: req(1, string, "Which plugin."),
  path: opt(2, string, "File with the plugin's configuration, relative to this one."),
  configuration: opt(3, rawExtension, "The configuration itself; goes before `path`."),
});
interface AdmissionPluginConfiguration extends Infer<typeof AdmissionPluginConfiguration> {}
const AdmissionConfiguration = struct("apiserver.config.k8s.io/v1.AdmissionConfiguration", {
  ...typeMeta,
  plugins: opt(
    1,
    list(ref<AdmissionPluginConfiguration>(() => AdmissionPluginConfiguration)),
    "One entry for each plugin that is configured.",
  ),
});
interface AdmissionConfiguration extends Infer<typeof AdmissionConfiguration> {}

const KINDS: readonly ConfigurationKind[] = [
  { group: "apiserver.config.k8s.io", version: "v1", kind: "AdmissionConfiguration", schema: AdmissionConfiguration },
  { group: "apiserver.k8s.io", version: "v1alpha1", kind: "AdmissionConfiguration", schema: AdmissionConfiguration },
];

/** The text of each plugin's configuration, YAML or JSON, by the plugin's name. */
export type PluginConfigurations = ReadonlyMap<string, string>;

/**
 * Reads the file of `--admission-control-config-file`. `read` gives the text of a file that it names, relative to it. Throws
 * `InvalidConfiguration`.
 */
export function readAdmissionConfiguration(text: string, read: (path: string) => string): PluginConfigurations {
  const old = pluginOfOldFile(text);
  if (old !== undefined) return new Map([[old, text]]);
  const { plugins = [] } = readConfiguration<AdmissionConfiguration>(text, KINDS);
  const configurations = new Map<string, string>();
  for (const { name, path, configuration } of plugins) {
    // The first entry of a plugin counts.
    if (configurations.has(name)) continue;
    if (configuration !== undefined) configurations.set(name, jsonText(configuration));
    else if (path !== undefined) configurations.set(name, read(path));
  }
  return configurations;
}

function pluginOfOldFile(text: string): string | undefined {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch {
    return undefined; // refused by the reader of the present form, with the place
  }
  if (!isRecord(value) || value["kind"] !== undefined) return undefined;
  const key = Object.keys(OLD_FILES).find((known) => Object.hasOwn(value, known));
  return key === undefined ? undefined : OLD_FILES[key];
}
