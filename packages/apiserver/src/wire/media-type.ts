/** A media type in lower case with its parameters. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const NO_PARAMETERS: Readonly<Record<string, string>> = {};

/** Reads `application/json; charset=utf-8`. Lenient, as nothing depends on what is malformed. */
export function parseMediaType(text: string): MediaType {
  const semicolon = text.indexOf(";");
  if (semicolon < 0) return { type: text.trim().toLowerCase(), parameters: NO_PARAMETERS };
  const parameters: Record<string, string> = {};
  for (const part of text.slice(semicolon + 1).split(";")) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const value = part.slice(equals + 1).trim();
    parameters[part.slice(0, equals).trim().toLowerCase()] = value.startsWith('"') ? value.slice(1, -1) : value;
  }
  return { type: text.slice(0, semicolon).trim().toLowerCase(), parameters };
}

export const JSON_TYPE = "application/json";
export const YAML_TYPE = "application/yaml";
export const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
