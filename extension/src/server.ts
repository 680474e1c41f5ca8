/** The server's life: started, stopped and restarted one at a time; whatever goes wrong ends in the status. */
import * as vscode from "vscode";
import { createClient, type Client, type ClientHooks } from "./client";
import type { Launch, Search } from "./python";
import { Serial } from "./serial";
import { failed, STARTING, type Status } from "./status";

const START_MS = 60_000;
const CRASHES_ALLOWED = 3;
const CRASH_WINDOW_MS = 180_000;

export interface ServerOptions extends Pick<
  ClientHooks,
  "log" | "folder" | "execute" | "onAnswer" | "confirmed"
> {
  find: () => Promise<Search>;
  /** Called when no server was found and an environment of the extension's own would help. */
  offerEnvironment: () => void;
  show: (status: Status) => void;
}

export class Server {
  private client: Client | undefined;
  private crashes: number[] = [];
  private readonly replacing = new Serial(() => this.replace());

  constructor(private readonly options: ServerOptions) {}

  /** Starts the server, or stops it and starts it anew. Never rejects: the status says what went wrong. */
  restart(): Promise<void> {
    return this.replacing.run();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A client that never ran says so when it is stopped; its process is ended all the same.
      this.options.log.debug(`stopping: ${(error as Error).message}`);
    }
  }

  /** Asks the server; undefined when there is none to ask. Rejects with the server's own error. */
  async request(command: string, args: readonly unknown[]): Promise<unknown> {
    if (!this.client) {
      void this.complain("phi-ls is not running; the status bar says why.");
      return undefined;
    }
    return this.client.request(command, args);
  }

  private async replace(): Promise<void> {
    await this.stop();
    const { log, show } = this.options;
    show(STARTING);
    try {
      const found = await this.options.find();
      if (found.launch) {
        log.info(`starting ${found.launch.command} ${found.launch.args.join(" ")} (${found.launch.origin})`);
        await this.begin(found.launch);
      } else if (found.installable) {
        log.warn(found.reason);
        show(failed(found.reason));
        this.options.offerEnvironment();
      } else {
        this.fail(found.reason);
      }
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  private async begin(launch: Launch): Promise<void> {
    let lastLine = "";
    let begun = false;
    const client = createClient(launch, {
      ...this.options,
      onStatus: (status) => {
        if (this.client === client) {
          this.options.show(status);
        }
      },
      onEnd: (line) => {
        lastLine = line;
        if (begun && this.client === client) {
          this.crashed(line);
        }
      },
    });
    this.client = client;
    try {
      await withDeadline(client.start(), START_MS, "the server has not answered");
      begun = true;
    } catch (error) {
      await this.stop();
      throw new Error(`the server did not start: ${lastLine || (error as Error).message}`, { cause: error });
    }
  }

  private crashed(lastLine: string): void {
    const now = Date.now();
    this.client = undefined;
    this.crashes = [...this.crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    if (this.crashes.length <= CRASHES_ALLOWED) {
      this.options.log.warn(`the server ended and is started again${lastLine && `: ${lastLine}`}`);
      void this.restart();
    } else {
      this.fail(`the server ended ${this.crashes.length} times${lastLine && `: ${lastLine}`}`);
    }
  }

  private fail(reason: string): void {
    this.options.log.error(reason);
    this.options.show(failed(reason));
    void this.complain(`phi-ls: ${reason}`);
  }

  private async complain(message: string): Promise<void> {
    const choice = await vscode.window.showErrorMessage(message, "Restart", "Show Log");
    if (choice === "Restart") {
      this.crashes = [];
      await this.restart();
    } else if (choice === "Show Log") {
      this.options.log.show();
    }
  }
}

async function withDeadline(work: Promise<void>, ms: number, message: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${message} within ${ms / 1000} s`));
    }, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
