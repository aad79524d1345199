/** Replaces `$(NAME)` by what is known under that name; unknown names stay as they are, and `$$(NAME)` is a literal `$(NAME)`. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    const next = text.charAt(i + 1);
    if (char !== "$" || i + 1 === text.length) out += char;
    else if (next === "$") {
      out += "$";
      i++;
    } else if (next === "(") {
      const end = text.indexOf(")", i + 2);
      if (end < 0) {
        out += "$(";
        i++;
        continue;
      }
      const name = text.slice(i + 2, end);
      out += values.get(name) ?? `$(${name})`;
      i = end;
    } else {
      out += `$${next}`;
      i++;
    }
  }
  return out;
}
