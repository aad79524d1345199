import {
  type ApiRequest,
  badRequest,
  DeleteOptions,
  decodeJson,
  decodeValue,
  type FieldError,
  invalid,
  invalidStatus,
  isRecord,
  notSupported,
  decodeProtobuf,
  unwrapUnknown,
} from "@skates/apimachinery";
import { queryFlag } from "../route.ts";
import { readYaml, readBytes, unsupported } from "../wire/body.ts";
import { JSON_TYPE, parseMediaType, PROTOBUF_TYPE, YAML_TYPE } from "../wire/media-type.ts";
import { checkDryRun } from "./write-options.ts";

/** The options of a deletion, from the body or, without one, from the query. Throws BadRequest or Invalid. */
export async function deleteOptions(request: ApiRequest, limitBytes: number): Promise<DeleteOptions> {
  const options = (await fromBody(request, limitBytes)) ?? fromQuery(request.query);
  const errors = checkDeleteOptions(options);
  if (errors.length > 0) throw invalidStatus({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  return options;
}

const TYPE = { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1" } as const;

async function fromBody(request: ApiRequest, limitBytes: number): Promise<DeleteOptions | undefined> {
  const { body } = request;
  if (body.kind === "none") return undefined;
  if (body.kind === "object") return decodeValue<DeleteOptions>(DeleteOptions, body.object).object;
  const bytes = await readBytes(body, limitBytes);
  if (bytes.length === 0) return undefined;
  return decodeOptions(parseMediaType(body.mediaType).type, bytes);
}

function decodeOptions(mediaType: string, bytes: Uint8Array): DeleteOptions {
  switch (mediaType) {
    case "":
    case JSON_TYPE:
      return decodeJson<DeleteOptions>(DeleteOptions, bytes).object;
    case YAML_TYPE:
      return decodeValue<DeleteOptions>(DeleteOptions, readYaml(bytes).value).object;
    case PROTOBUF_TYPE: {
      const value: unknown = decodeProtobuf(DeleteOptions, unwrapUnknown(bytes).raw);
      return decodeValue<DeleteOptions>(DeleteOptions, isRecord(value) ? { ...value, ...TYPE } : TYPE).object;
    }
    default:
      throw unsupported([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]);
  }
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  if (query.size === 0) return TYPE;
  const grace = query.get("gracePeriodSeconds");
  if (grace !== null && !/^-?\d+$/.test(grace)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`);
  }
  const dryRun = query.getAll("dryRun");
  return {
    ...TYPE,
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
    orphanDependents: query.get("orphanDependents") === null ? undefined : queryFlag(query, "orphanDependents"),
    propagationPolicy: query.get("propagationPolicy") ?? undefined,
    dryRun: dryRun.length === 0 ? undefined : dryRun,
  };
}

const POLICIES: readonly string[] = ["Foreground", "Background", "Orphan"];

function checkDeleteOptions(options: DeleteOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { propagationPolicy, orphanDependents, dryRun = [] } = options;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(
      invalid(["propagationPolicy"], propagationPolicy, "orphanDependents and deletionPropagation cannot be both set"),
    );
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported(["propagationPolicy"], propagationPolicy, [...POLICIES, "nil"]));
  }
  return [...errors, ...checkDryRun(dryRun)];
}
