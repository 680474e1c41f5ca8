import { PassThrough } from "node:stream";
import { beforeEach, expect, test, vi } from "vitest";
import { CloseAction, type LanguageClientOptions } from "vscode-languageclient/node";
import { createClient } from "../src/client";
import { log, reset } from "./vscode";

interface Made {
  executable: { command: string; options: { cwd: string; env: Record<string, string> } };
  options: LanguageClientOptions;
  features: { fillClientCapabilities(capabilities: object): void }[];
}

let made: Made;

vi.mock("vscode-languageclient/node", () => ({
  CloseAction: { DoNotRestart: 1, Restart: 2 },
  ErrorAction: { Continue: 1, Shutdown: 2 },
  LanguageClient: class {
    constructor(_id: string, _name: string, executable: never, options: never) {
      made = { executable, options, features: [] };
    }
    registerFeature(feature: Made["features"][number]): void {
      made.features.push(feature);
    }
    onNotification(): void {
      // The status is followed by the tests of the server.
    }
  },
}));

const ends: string[] = [];
const closed = async (): Promise<unknown> => (await made.options.errorHandler?.closed())?.action;

beforeEach(() => {
  reset();
  ends.length = 0;
  const launch = { command: "/venv/bin/python", args: ["-m", "phi_ls", "serve"], origin: "a test" };
  createClient(launch, {
    log: log as never,
    folder: "/extension",
    onStatus: () => undefined,
    onEnd: (line) => ends.push(line),
    onAnswer: () => undefined,
    confirmed: (params) => Promise.resolve(params),
    execute: () => Promise.resolve(undefined),
  });
});

test("the server runs outside of the workspace, with telemetry off", () => {
  expect(made.executable.options.cwd).toBe("/extension");
  expect(made.executable.options.env).toMatchObject({ ORT_DISABLE_TELEMETRY: "1", PYTHONSAFEPATH: "1" });
});

test("the server learns that answers, links and the status are shown here", () => {
  const capabilities = { experimental: { other: 1 } };
  made.features.forEach((feature) => {
    feature.fillClientCapabilities(capabilities);
  });
  expect(capabilities).toEqual({
    experimental: {
      other: 1,
      phi: { showsAnswers: true, streamsAnswers: true, commandLinks: true, status: true },
    },
  });
});

test("a hover can run one command, and no other", () => {
  expect(made.options.markdown?.isTrusted).toEqual({ enabledCommands: ["phi.explain"] });
});

test("the client starts no server on its own: whoever owns it decides", async () => {
  expect(await closed()).toBe(CloseAction.DoNotRestart);
  expect(ends).toEqual([""]);
});

test("the last words of a server are kept", async () => {
  const stderr = new PassThrough();
  made.options.stdioOptions?.stderr(stderr, log as never);
  stderr.end("Traceback\nMemoryError\n\n");
  await vi.waitFor(() => {
    expect(log.info).toHaveBeenCalledWith("MemoryError");
  });
  await closed();
  expect(ends).toEqual(["MemoryError"]);
});
