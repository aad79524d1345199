import {
  type FieldError,
  invalid,
  isDns1035Label,
  isDns1123Subdomain,
  type Path,
  required,
} from "@skates/apimachinery";
import { checkPort, checkText, type Findings } from "../../checks.ts";
import type { APIService } from "./api-service.ts";

const GROUP_PRIORITY_MAX = 20_000;
const VERSION_PRIORITY_MAX = 1000;

/** The name says version and group; the service, if any, is reached by TLS that can be checked. */
export function apiServiceErrors({ metadata, spec }: APIService): Findings {
  const { service, group = "", version = "", groupPriorityMinimum: minimum, versionPriority: priority } = spec;
  const path: Path = ["spec"];
  const wanted = `${version}.${group}`;
  const out: FieldError[] = [];
  if (metadata.name !== wanted && !(group === "" && metadata.name === `${version}.`)) {
    out.push(
      invalid(
        ["metadata", "name"],
        metadata.name,
        `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
      ),
    );
  }
  out.push(...checkText([...path, "group"], group, isDns1123Subdomain));
  if (version === "") out.push(required([...path, "version"]));
  else out.push(...checkText([...path, "version"], version, isDns1035Label));
  if (minimum <= 0 || minimum > GROUP_PRIORITY_MAX) {
    out.push(invalid([...path, "groupPriorityMinimum"], minimum, "must be positive and less than 20000"));
  }
  if (priority <= 0 || priority > VERSION_PRIORITY_MAX) {
    out.push(invalid([...path, "versionPriority"], priority, "must be positive and less than 1000"));
  }
  if (service === undefined) {
    if ((spec.caBundle ?? "") !== "") {
      out.push(
        invalid(
          [...path, "caBundle"],
          `${(spec.caBundle ?? "").length} bytes`,
          "local APIServices may not have a caBundle",
        ),
      );
    }
    if (spec.insecureSkipTLSVerify === true) {
      out.push(
        invalid([...path, "insecureSkipTLSVerify"], true, "local APIServices may not have insecureSkipTLSVerify"),
      );
    }
    return out;
  }
  const at = [...path, "service"];
  if ((service.namespace ?? "") === "") out.push(required([...at, "namespace"]));
  if ((service.name ?? "") === "") out.push(required([...at, "name"]));
  if (service.port !== undefined) out.push(...checkPort([...at, "port"], service.port));
  if (spec.insecureSkipTLSVerify === true && (spec.caBundle ?? "") !== "") {
    out.push(invalid([...path, "insecureSkipTLSVerify"], true, "may not be true if caBundle is present"));
  }
  return out;
}
