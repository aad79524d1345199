/** A package of the lock file that the program needs at run time. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-…` in base64; empty where the lock file has none. */
  readonly integrity: string;
  readonly license: string;
  readonly hasInstallScript: boolean;
}

/** A CycloneDX 1.5 document. */
export interface BillOfMaterials {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.5";
  readonly version: 1;
  readonly metadata: { readonly component: { readonly type: "application"; readonly name: "skates" } };
  readonly components: readonly object[];
}

/** The run-time packages of a parsed package-lock.json, by name and version; those of development are left out. */
export function lockedPackages(lock: unknown): readonly LockedPackage[] {
  const packages = recordOf(recordOf(lock)["packages"]);
  return Object.entries(packages)
    .map(([path, value]) => ({ path, about: recordOf(value) }))
    .filter(({ path, about }) => path.startsWith("node_modules/") && about["dev"] !== true && about["link"] !== true)
    .map(({ path, about }) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version: textOf(about["version"]),
      integrity: textOf(about["integrity"]),
      license: textOf(about["license"]),
      hasInstallScript: about["hasInstallScript"] === true,
    }))
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** What those packages are, with the hashes that npm checks when it installs them. */
export function billOfMaterials(lock: unknown): BillOfMaterials {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "application", name: "skates" } },
    components: lockedPackages(lock).map(({ name, version, integrity, license }) => ({
      type: "library",
      name,
      version,
      purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
      licenses: license === "" ? [] : [{ expression: license }],
      hashes: hashesOf(integrity),
    })),
  };
}

function hashesOf(integrity: string): readonly object[] {
  if (!integrity.startsWith("sha512-")) return [];
  return [{ alg: "SHA-512", content: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex") }];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
