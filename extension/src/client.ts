/** The language client: what it tells the server of this editor, and what it does when the server ends. */
import * as readline from "node:readline";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditRequest,
  type ApplyWorkspaceEditResult,
  type ClientCapabilities,
  type LanguageClientOptions,
  type ResponseError,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Answer } from "./answers";
import type { PaletteId } from "./generated";
import type { Launch } from "./python";
import { environment } from "./run";
import { forServer, hoversOff, switchedOff } from "./scope";
import type { Status } from "./status";
import { Works } from "./works";

const ERRORS_ALLOWED = 3;

export interface ClientHooks {
  readonly log: vscode.LogOutputChannel;
  /** A folder that exists and is not the workspace's. */
  readonly folder: string;
  onStatus: (status: Status) => void;
  /** The server ended without being asked to; the last line that it wrote on standard error. */
  onEnd: (lastLine: string) => void;
  /** An answer that is being written, each time with more of it. */
  onAnswer: (answer: Answer) => void;
  /** An edit as the person agreed to it; undefined where it was turned down. */
  confirmed: (params: ApplyWorkspaceEditParams) => Promise<ApplyWorkspaceEditParams | undefined>;
  /** Runs a server command that a light bulb asked for. */
  execute: (command: string, args: unknown[]) => Promise<unknown>;
}

export interface Client {
  start(): Promise<void>;
  dispose(): Promise<void>;
  request(command: string, args: readonly unknown[]): Promise<unknown>;
}

export function createClient(launch: Launch, hooks: ClientHooks): Client {
  let lastLine = "";
  const works = new Works();
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }, { notebook: "*" }],
    outputChannel: hooks.log,
    initializationOptions: () => forServer(vscode.workspace.getConfiguration().get("phi")),
    markdown: {
      isTrusted: { enabledCommands: ["phi.explain" satisfies PaletteId] },
      supportThemeIcons: true,
    },
    middleware: {
      executeCommand: (command, args) => hooks.execute(command, args),
      provideInlineCompletionItems: (document, position, context, token, next) =>
        switchedOff(document) ? [] : next(document, position, context, token),
      provideHover: (document, position, token, next) =>
        hoversOff(document) ? undefined : next(document, position, token),
      handleWorkDoneProgress: (token, event, next) => {
        works.handle(token, event, () => {
          void client.sendNotification("window/workDoneProgress/cancel", { token });
        });
        if (event.kind === "end") {
          next(token, event); // the client forgets the token
        }
      },
      workspace: {
        handleApplyEdit: (params, next) => applied(params, next, hooks),
        // Without the settings themselves the server asks for them, and is told what `configuration` makes of them.
        didChangeConfiguration: (_sections, next) => next(undefined),
        configuration: async (params, token, next) => {
          const answer: unknown = await next(params, token);
          return Array.isArray(answer)
            ? answer.map((section, index) =>
                params.items[index]?.section === "phi" ? forServer(section) : (section as unknown),
              )
            : [];
        },
      },
    },
    initializationFailedHandler: () => false,
    stdioOptions: {
      stdout: () => undefined,
      stderr: (input) => {
        readline.createInterface({ input }).on("line", (line) => {
          hooks.log.info(line);
          lastLine = line.trim() || lastLine;
        });
      },
    },
    errorHandler: {
      error: (_error, _message, count) => ({
        action: (count ?? 0) > ERRORS_ALLOWED ? ErrorAction.Shutdown : ErrorAction.Continue,
        handled: true,
      }),
      closed: () => {
        works.clear();
        hooks.onEnd(lastLine);
        // Who owns the client decides on a restart, and says so.
        return {
          action: CloseAction.DoNotRestart,
          message: "The server's connection was closed.",
          handled: true,
        };
      },
    },
  };
  const executable = {
    command: launch.command,
    args: [...launch.args],
    options: {
      cwd: hooks.folder,
      env: { ...environment(), ORT_DISABLE_TELEMETRY: "1" },
    },
  };
  const client = new QuietClient("phi", "Phi", executable, options);
  client.registerFeature(new PhiCapabilities());
  client.onNotification("phi/status", (status: Status) => {
    hooks.onStatus(status);
  });
  client.onNotification("phi/answer", (answer: Answer) => {
    hooks.onAnswer(answer);
  });
  return {
    start: () => client.start(),
    dispose: () => {
      works.clear();
      return client.dispose();
    },
    request: (command, args) =>
      client.sendRequest("workspace/executeCommand", {
        command,
        arguments: args,
      }),
  };
}

/** Makes an edit once it is agreed to; only one that was turned down is refused without a reason. */
async function applied(
  params: ApplyWorkspaceEditParams,
  next: ApplyWorkspaceEditRequest.HandlerSignature,
  hooks: ClientHooks,
): Promise<ApplyWorkspaceEditResult | ResponseError> {
  const agreed = await hooks.confirmed(params);
  if (!agreed) {
    return { applied: false };
  }
  const result = await next(agreed, new vscode.CancellationTokenSource().token);
  const failed = "applied" in result && !result.applied && !result.failureReason;
  return failed ? { ...result, failureReason: "the file has changed meanwhile" } : result;
}

/** Errors go to the log and to the status item; a box is shown only by those who know what a person can do. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Tells the server what this editor can do beyond the protocol. */
class PhiCapabilities implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const phi = { showsAnswers: true, streamsAnswers: true, commandLinks: true, status: true };
    capabilities.experimental = {
      ...(capabilities.experimental as object | undefined),
      phi,
    };
  }

  initialize(): void {
    // Nothing to do: the server reads the capabilities.
  }

  getState(): { kind: "static" } {
    return { kind: "static" };
  }

  clear(): void {
    // Nothing is held.
  }
}
