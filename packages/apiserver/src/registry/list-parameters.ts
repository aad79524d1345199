import { badRequest, type FieldError, forbidden, invalid, invalidStatus, notSupported } from "@skates/apimachinery";
import { queryFlag } from "../route.ts";

/** The query of list, watch and deletecollection. */
export interface ListParameters {
  /** Empty: the newest, consistently. */
  readonly resourceVersion: string;
  readonly match: "" | "Exact" | "NotOlderThan";
  /** 0: all. */
  readonly limit: number;
  readonly continueToken: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** Reads and checks a query by upstream's rules. Throws BadRequest or Invalid. */
export function listParameters(query: URLSearchParams, watch: boolean): ListParameters {
  if (query.size === 0) return NO_PARAMETERS;
  const match = query.get("resourceVersionMatch") ?? "";
  const parameters = {
    resourceVersion: query.get("resourceVersion") ?? "",
    limit: integer(query, "limit") ?? 0,
    continueToken: query.get("continue") ?? "",
    timeoutSeconds: integer(query, "timeoutSeconds"),
    allowWatchBookmarks: queryFlag(query, "allowWatchBookmarks"),
    sendInitialEvents: query.get("sendInitialEvents") === null ? undefined : queryFlag(query, "sendInitialEvents"),
  };
  const errors = watch ? watchErrors(parameters, match) : listErrors(parameters, match);
  if (errors.length > 0) throw invalidStatus({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  return { ...parameters, match: match === "Exact" || match === "NotOlderThan" ? match : "" };
}

const NO_PARAMETERS: ListParameters = {
  resourceVersion: "",
  match: "",
  limit: 0,
  continueToken: "",
  timeoutSeconds: undefined,
  allowWatchBookmarks: false,
  sendInitialEvents: undefined,
};

type Unmatched = Omit<ListParameters, "match">;

function listErrors(parameters: Unmatched, match: string): readonly FieldError[] {
  const path = ["resourceVersionMatch"];
  const errors: FieldError[] = [];
  if (parameters.sendInitialEvents !== undefined) {
    errors.push(forbidden(["sendInitialEvents"], "sendInitialEvents is forbidden for list"));
  }
  if (match === "") return errors;
  if (parameters.resourceVersion === "") {
    errors.push(forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (parameters.continueToken !== "") {
    errors.push(forbidden(path, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (match !== "Exact" && match !== "NotOlderThan") errors.push(notSupported(path, match, ["Exact", "NotOlderThan"]));
  if (match === "Exact" && parameters.resourceVersion === "0") {
    errors.push(forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  return errors;
}

function watchErrors(parameters: Unmatched, match: string): readonly FieldError[] {
  const path = ["resourceVersionMatch"];
  if (parameters.sendInitialEvents === undefined) {
    return match === ""
      ? []
      : [forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")];
  }
  const errors: FieldError[] = [];
  if (match !== "NotOlderThan") {
    errors.push(forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    if (match !== "") errors.push(notSupported(path, match, ["NotOlderThan"]));
  }
  if (parameters.continueToken !== "") {
    errors.push(forbidden(path, "resourceVersionMatch is forbidden when continue is provided"));
  }
  return errors;
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return value;
}

/** A resourceVersion as a revision. Throws Invalid with upstream's text. */
export function parseRevision(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw invalidStatus({ group: "", kind: "" }, "", [
    invalid(["resourceVersion"], text, `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`),
  ]);
}
