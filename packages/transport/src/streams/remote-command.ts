import { type Status, StatusError } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";

/** Which streams a client asked for. With a terminal there is no stderr: both come on stdout. */
export interface RemoteCommandOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Columns and rows. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** How a command ended, as clients are told. */
export type CommandStatus = Pick<Status, "status"> & Partial<Status>;

/** The server's end of exec or attach. */
export interface RemoteCommandSession {
  /** Ends at once if the client sends none. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The newest size wins: sizes that nobody read yet are replaced. */
  readonly resizes: AsyncIterable<TerminalSize>;
  /** What is written to a stream that was not asked for is dropped. Resolves when more may be written. */
  stdout(chunk: Uint8Array): Promise<void>;
  stderr(chunk: Uint8Array): Promise<void>;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

/** The client's end of exec or attach. Both outputs must be read, or the other side waits. */
export interface RemoteCommand {
  writeStdin(chunk: Uint8Array): Promise<void>;
  /** Protocols before version 5 over WebSocket cannot say it: there it does nothing. */
  endStdin(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** How the command ended. Rejects if the connection broke before that was known. */
  readonly status: Promise<CommandStatus>;
  /** Leaves; the command may go on. */
  close(): void;
}

const COMMAND_SUCCEEDED: CommandStatus = { metadata: {}, status: "Success" };

/** The status of a command that ended with this code, in upstream's form. */
export function exitStatus(code: number): CommandStatus {
  if (code === 0) return COMMAND_SUCCEEDED;
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
}

/** The status of a command that could not be run or watched. */
export function failedStatus(thrown: unknown): CommandStatus {
  if (thrown instanceof StatusError) return thrown.toStatus();
  return new StatusError("InternalError", `Internal error occurred: ${messageOf(thrown)}`).toStatus();
}

/** Reads what came on an error channel. Nothing at all means success, as clients have it. */
export function parseCommandStatus(text: string, json: boolean): CommandStatus {
  if (text === "") return COMMAND_SUCCEEDED;
  if (!json) return { metadata: {}, status: "Failure", message: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { metadata: {}, status: "Failure", message: `error stream protocol error: ${text}` };
  }
  return isCommandStatus(value)
    ? value
    : { metadata: {}, status: "Failure", message: `error stream protocol error: ${text}` };
}

/** What goes onto an error channel. */
export function formatCommandStatus(status: CommandStatus, json: boolean): string {
  if (json) return JSON.stringify(status);
  return status.status === "Success" ? "" : (status.message ?? "");
}

function isCommandStatus(value: unknown): value is CommandStatus {
  if (typeof value !== "object" || value === null || !("status" in value)) return false;
  return value.status === "Success" || value.status === "Failure";
}

/** A terminal size as it travels; `undefined` for anything else. */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("Width" in value) || !("Height" in value)) return undefined;
  const { Width: width, Height: height } = value;
  return isSize(width) && isSize(height) ? { width, height } : undefined;
}

/** The inverse of `parseTerminalSize`. */
export function formatTerminalSize({ width, height }: TerminalSize): string {
  return JSON.stringify({ Width: width, Height: height });
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

/** Connects the two ends, as between a client and a container runtime. Resolves with the command's status once its output is delivered. */
export async function relayRemoteCommand(
  session: RemoteCommandSession,
  command: RemoteCommand,
): Promise<CommandStatus> {
  const onAbort = (): void => command.close();
  if (session.signal.aborted) onAbort();
  session.signal.addEventListener("abort", onAbort, { once: true });
  // Input may never end; when the command has, it is of no use any more, and neither is a failure to deliver it.
  void relayStdin(session, command).catch(() => undefined);
  void relayResizes(session, command).catch(() => undefined);
  try {
    const [status] = await Promise.all([
      command.status,
      relayOutput(command.stdout, (chunk) => session.stdout(chunk)),
      relayOutput(command.stderr, (chunk) => session.stderr(chunk)),
    ]);
    return status;
  } finally {
    session.signal.removeEventListener("abort", onAbort);
    command.close();
  }
}

async function relayStdin(session: RemoteCommandSession, command: RemoteCommand): Promise<void> {
  for await (const chunk of session.stdin) await command.writeStdin(chunk);
  await command.endStdin();
}

async function relayResizes(session: RemoteCommandSession, command: RemoteCommand): Promise<void> {
  for await (const size of session.resizes) await command.resize(size);
}

async function relayOutput(from: AsyncIterable<Uint8Array>, to: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of from) await to(chunk);
}
