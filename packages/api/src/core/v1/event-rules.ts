import { type FieldError, invalid, isQualifiedName, type Path, required } from "@skates/apimachinery";
import { checkSubdomain, type Findings } from "../../checks.ts";
import type { Event } from "./event.ts";

const NAME_MAX = 128;
const NOTE_MAX = 1024;

/** Events of either group, in the form of core v1. Those with an event time keep to the rules of the newer group. */
export function eventErrors(event: Event, old: Event | undefined): Findings {
  const namespace = event.metadata.namespace ?? "";
  const about = event.involvedObject.namespace ?? "";
  const fits = about === "" ? namespace === "" || namespace === "default" : about === namespace;
  const out: FieldError[] = fits
    ? []
    : [invalid(["involvedObject", "namespace"], about, "does not match event.namespace")];
  out.push(...checkSubdomain(["namespace"], namespace));
  if (event.eventTime === undefined || old !== undefined) return out;
  return [...out, ...reportFindings(event)];
}

/** Who reports, and what for. */
function reportFindings(event: Event): Findings {
  const { reportingComponent = "", message = "" } = event;
  const component = ["reportingController"];
  const out: FieldError[] = [];
  if (reportingComponent === "") out.push(required(component));
  else out.push(...isQualifiedName(reportingComponent).map((text) => invalid(component, reportingComponent, text)));
  out.push(...shortText(["reportingInstance"], event.reportingInstance));
  out.push(...shortText(["action"], event.action));
  out.push(...shortText(["reason"], event.reason));
  if (message.length > NOTE_MAX) out.push(invalid(["message"], "", `can have at most ${NOTE_MAX} characters`));
  return out;
}

function shortText(path: Path, text = ""): Findings {
  if (text === "") return [required(path)];
  return text.length > NAME_MAX ? [invalid(path, "", `can have at most ${NAME_MAX} characters`)] : [];
}
