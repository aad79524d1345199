import {
  badRequest,
  type FieldError,
  forbidden,
  invalid,
  invalidStatus,
  notSupported,
  type Path,
} from "@skates/apimachinery";
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
  if (query.size === 0) return watch ? FROM_THE_START : NO_PARAMETERS;
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
  const { resourceVersion, sendInitialEvents } = parameters;
  // A watch from no particular version begins with what exists, and says where that ends to those who take bookmarks.
  const fromTheStart = watch && sendInitialEvents === undefined && (resourceVersion === "" || resourceVersion === "0");
  return {
    ...parameters,
    match: match === "Exact" || match === "NotOlderThan" ? match : "",
    sendInitialEvents: fromTheStart ? true : sendInitialEvents,
  };
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
const FROM_THE_START: ListParameters = { ...NO_PARAMETERS, sendInitialEvents: true };

type Unmatched = Omit<ListParameters, "match">;

const MATCH: Path = ["resourceVersionMatch"];

function listErrors({ sendInitialEvents, ...parameters }: Unmatched, match: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (match !== "") {
    if (parameters.resourceVersion === "") {
      errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (parameters.continueToken !== "") {
      errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (match !== "Exact" && match !== "NotOlderThan") {
      errors.push(notSupported(MATCH, match, ["Exact", "NotOlderThan", ""]));
    }
    if (match === "Exact" && parameters.resourceVersion === "0") {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden(["sendInitialEvents"], "sendInitialEvents is forbidden for list"));
  }
  return errors;
}

function watchErrors({ sendInitialEvents, continueToken }: Unmatched, match: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbidden(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (match === "") return errors;
  if (sendInitialEvents === undefined) {
    errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  }
  if (match !== "NotOlderThan") errors.push(notSupported(MATCH, match, ["NotOlderThan"]));
  if (continueToken !== "") {
    errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
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
  const failure = revisionFailure(text);
  if (failure === undefined) return Number(text);
  throw invalidStatus({ group: "", kind: "" }, "", [invalid(["resourceVersion"], text, failure)]);
}

/** The same for lists, of which upstream says BadRequest. */
export function parseListRevision(text: string): number {
  const failure = revisionFailure(text);
  if (failure === undefined) return Number(text);
  const finding = `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${failure}`;
  throw badRequest(`invalid resource version: ${finding}`);
}

function revisionFailure(text: string): string | undefined {
  const parsing = `strconv.ParseUint: parsing ${JSON.stringify(text)}`;
  if (!/^\d+$/.test(text)) return `${parsing}: invalid syntax`;
  return text.length > 18 && BigInt(text) > UINT64_MAX ? `${parsing}: value out of range` : undefined;
}

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
