import type { UserInfo } from "@skates/apimachinery";
import { apiServerError } from "../errors.ts";
import type { TokenMethod } from "./token-method.ts";

/**
 * Tokens of a file: lines `token,user,uid[,"group,group"]` as CSV, for as long as the server runs. Of two lines with one token the
 * last counts, lines with an empty token none. Throws `InvalidTokenFile` that names the line.
 */
export function staticTokens(csv: string): TokenMethod {
  const users = new Map<string, UserInfo>();
  for (const { line, fields } of records(csv)) {
    const [token = "", name = "", uid = "", groups] = fields;
    if (fields.length < 3) {
      const found = `line ${line} must have at least 3 columns (token, user name, user uid), found ${fields.length}`;
      throw apiServerError("InvalidTokenFile", found);
    }
    if (token === "") continue;
    users.set(token, { name, ...(uid === "" ? {} : { uid }), groups: groups === undefined ? [] : groups.split(",") });
  }
  return {
    async authenticate(token, audiences) {
      const user = users.get(token);
      return user === undefined ? undefined : { user, audiences };
    },
  };
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function* records(csv: string): Generator<CsvRecord> {
  let line = 0;
  for (const text of csv.split(/\r?\n/)) {
    line += 1;
    if (text !== "") yield { line, fields: fieldsOf(text, line) };
  }
}

/** A field that starts with a quote ends with one; two quotes within are one. */
function fieldsOf(text: string, line: number): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const [whole, quoted] = /^(?:"((?:[^"]|"")*)"|[^",]*)(?=,|$)/.exec(text.slice(at)) ?? [];
    if (whole === undefined) throw apiServerError("InvalidTokenFile", `line ${line} has a quote that is out of place`);
    fields.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
    at += whole.length + 1;
    if (at > text.length) return fields;
  }
}
