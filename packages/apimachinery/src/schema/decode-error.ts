/** The text cannot become a value of the type wanted; the message is Go's. Callers turn it into a BadRequest. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
