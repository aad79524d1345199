import { OperatingError } from "@skates/component-base";

const NEWLINE = 0x0a;

/**
 * The lines of a stream of bytes, without their ends; empty lines are left out. Lines may span chunks and characters may be split
 * between them. A line above `limitBytes` ends the stream with OperatingError `ResponseTooLarge`; an unfinished last line counts.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  limitBytes: number,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const line = joined(parts, chunk.subarray(from, at));
      parts = [];
      size = 0;
      from = at + 1;
      if (line !== "") yield line;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > limitBytes) {
      throw new OperatingError("ResponseTooLarge", `a watch event is larger than ${limitBytes} bytes`);
    }
  }
  const rest = joined(parts, new Uint8Array());
  if (rest.trim() !== "") yield rest;
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): string {
  const decoder = new TextDecoder();
  let text = "";
  for (const part of parts) text += decoder.decode(part, { stream: true });
  return text + decoder.decode(last);
}
