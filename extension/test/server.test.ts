import { beforeEach, expect, test, vi } from "vitest";
import type { Client, ClientHooks } from "../src/client";
import type { Search } from "../src/python";
import { Server } from "../src/server";
import type { Status } from "../src/status";
import { log, reset, state } from "./vscode";

interface Scripted {
  hooks: ClientHooks;
  disposed: boolean;
}

const clients: Scripted[] = [];
let start: (hooks: ClientHooks) => Promise<void>;

vi.mock("../src/client", () => ({
  createClient: (_launch: unknown, hooks: ClientHooks): Client => {
    const made: Scripted = { hooks, disposed: false };
    clients.push(made);
    return {
      start: () => start(hooks),
      dispose: () => {
        made.disposed = true;
        return Promise.resolve();
      },
      request: (command) => Promise.resolve(`answer to ${command}`),
    };
  },
}));

const launch = { command: "python", args: ["-m", "phi_ls", "serve"], origin: "a test" };

function server(found: Search = { launch }): { server: Server; shown: Status[]; offers: number } {
  const seen = { shown: [] as Status[], offers: 0 };
  const made = new Server({
    log: log as never,
    folder: "/extension",
    execute: () => Promise.resolve(undefined),
    onAnswer: () => undefined,
    confirmed: (params) => Promise.resolve(params),
    find: () => Promise.resolve(found),
    offerEnvironment: () => {
      seen.offers += 1;
    },
    show: (status) => seen.shown.push(status),
  });
  return Object.assign(seen, { server: made });
}

const states = (shown: Status[]): string[] =>
  shown.map((status) => `${status.state} ${status.message}`.trim());

beforeEach(() => {
  reset();
  clients.length = 0;
  start = () => Promise.resolve();
});

test("what the server says of itself is shown", async () => {
  const { server: made, shown } = server();
  await made.restart();
  clients[0]?.hooks.onStatus({ state: "ready", message: "" } as Status);
  expect(states(shown)).toEqual(["starting", "ready"]);
  expect(await made.request("phi.server.why", [])).toBe("answer to phi.server.why");
});

test("restarts never overlap, and many requests make one more", async () => {
  let running = 0;
  let most = 0;
  start = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  const { server: made } = server();
  await Promise.all([made.restart(), made.restart(), made.restart(), made.restart()]);
  expect(most).toBe(1);
  expect(clients.map((client) => client.disposed)).toEqual([true, false]);
});

test("a server that ends while it starts is a status that says its last words, and no rejection", async () => {
  start = (hooks) => {
    hooks.onEnd("ModuleNotFoundError: no pygls");
    return Promise.reject(new Error("connection got disposed"));
  };
  const { server: made, shown } = server();
  await made.restart();
  expect(states(shown)).toEqual([
    "starting",
    "failed the server did not start: ModuleNotFoundError: no pygls",
  ]);
  expect(clients[0]?.disposed).toBe(true);
  expect(state.messages).toEqual(["phi-ls: the server did not start: ModuleNotFoundError: no pygls"]);
});

test("after a failed start a restart works", async () => {
  start = () => Promise.reject(new Error("no"));
  const { server: made } = server();
  await made.restart();
  start = () => Promise.resolve();
  await made.restart();
  expect(await made.request("phi.server.doctor", [])).toBe("answer to phi.server.doctor");
});

test("a server that does not answer is given up", async () => {
  vi.useFakeTimers();
  try {
    start = () => new Promise(() => undefined);
    const { server: made, shown } = server();
    const restarted = made.restart();
    await vi.advanceTimersByTimeAsync(60_000);
    await restarted;
    expect(states(shown).at(-1)).toBe(
      "failed the server did not start: the server has not answered within 60 s",
    );
    expect(clients[0]?.disposed).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test("a server that ends is started again three times, then it is a status, and is not asked", async () => {
  const { server: made, shown } = server();
  await made.restart();
  for (let crash = 1; crash <= 3; crash += 1) {
    clients.at(-1)?.hooks.onEnd("Killed");
    await new Promise(setImmediate);
    expect(clients).toHaveLength(crash + 1);
  }
  clients.at(-1)?.hooks.onEnd("Killed");
  expect(states(shown).at(-1)).toBe("failed the server ended 4 times: Killed");
  expect(await made.request("phi.server.why", [])).toBeUndefined();
  expect(state.messages.at(-1)).toContain("phi-ls is not running");
});

test("what a server that was replaced still says is not shown", async () => {
  const { server: made, shown } = server();
  await made.restart();
  await made.restart();
  clients[0]?.hooks.onStatus({ state: "ready", message: "the old one" } as Status);
  clients[0]?.hooks.onEnd("Killed");
  expect(states(shown)).toEqual(["starting", "starting"]);
  expect(clients).toHaveLength(2);
});

test("when nothing is installed, an environment is offered", async () => {
  const seen = server({ launch: undefined, reason: "phi-ls is not installed", installable: true });
  await seen.server.restart();
  expect(states(seen.shown)).toEqual(["starting", "failed phi-ls is not installed"]);
  expect(seen.offers).toBe(1);
});

test("when the interpreter that is set does not work, none is offered", async () => {
  const seen = server({
    launch: undefined,
    reason: "phi.server.python (x): not found",
    installable: false,
  });
  await seen.server.restart();
  expect(seen.offers).toBe(0);
  expect(state.messages).toEqual(["phi-ls: phi.server.python (x): not found"]);
});
