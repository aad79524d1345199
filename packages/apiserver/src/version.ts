import type { VersionInfo } from "./options.ts";

/** The document of `/version`. */
export function versionDocument(version: VersionInfo): Readonly<Record<string, string>> {
  const { major, minor, gitVersion, gitCommit, buildDate, platform, goVersion } = version;
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit,
    gitTreeState: "clean",
    buildDate,
    goVersion,
    compiler: "gc",
    platform,
  };
}
