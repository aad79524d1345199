// Flags of admission: which plugins run, the configuration file with paths beside it, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { ADMISSION_FLAGS, admissionFrom } from "./admission.ts";

const folder = mkdtempSync(join(tmpdir(), "skates-admission-"));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (...argv: readonly string[]) => admissionFrom(parseFlags("up", ADMISSION_FLAGS, argv).flags);

it("takes names and a file", () => {
  expect(read()).toMatchObject({ enable: [], disable: [], configurations: new Map() });
  const file = join(folder, "admission.yaml");
  writeFileSync(join(folder, "quota.json"), '{"kind":"ResourceQuotaConfiguration"}');
  writeFileSync(
    file,
    "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: ResourceQuota, path: quota.json}]\n",
  );
  expect(
    read(
      "--enable-admission-plugins=AlwaysPullImages,NamespaceExists",
      "--disable-admission-plugins=PodSecurity",
      `--admission-control-config-file=${file}`,
    ),
  ).toMatchObject({
    enable: ["AlwaysPullImages", "NamespaceExists"],
    disable: ["PodSecurity"],
    configurations: new Map([["ResourceQuota", '{"kind":"ResourceQuotaConfiguration"}']]),
  });
});

it("takes the seconds that pods stay on nodes that fail", () => {
  expect(read().tolerationSeconds).toEqual({ notReady: 300, unreachable: 300 });
  expect(read("--default-unreachable-toleration-seconds=0").tolerationSeconds).toEqual({
    notReady: 300,
    unreachable: 0,
  });
});

it("refuses unknown names and files that are not there", () => {
  expect(() => read("--enable-admission-plugins=Nope")).toThrow('enable-admission-plugins plugin "Nope" is unknown');
  expect(() => read("--admission-control-config-file=/nowhere")).toThrow(
    /unable to read admission control configuration from "\/nowhere"/,
  );
});
