import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { activate, deactivate } from "../src/extension";
import { reset, state } from "./vscode";

vi.mock("vscode-languageclient/node", () => ({
  LanguageClient: vi.fn(),
}));

const manifest = JSON.parse(fs.readFileSync(path.join(__dirname, "../../package.json"), "utf8")) as {
  version: string;
  contributes: { commands: { command: string }[] };
};
const empty = fs.mkdtempSync(path.join(os.tmpdir(), "phi-ls-"));
const context = {
  extensionPath: empty,
  globalStorageUri: { fsPath: empty },
  extension: { packageJSON: manifest },
  subscriptions: [],
};

beforeEach(() => {
  reset();
  vi.stubEnv("PATH", empty);
  vi.stubEnv("PHI_LS_HOME", empty);
});

test("where no server can start, every command is there and the status says why", async () => {
  await activate(context as never);
  const declared = manifest.contributes.commands.map(({ command }) => command);
  expect(declared.filter((id) => !state.registered.has(id))).toEqual([]);
  expect(state.items[0]?.text).toBe("$(error) Phi: failed");
  expect(state.items[0]?.tooltip.value).toContain("phi\\-ls is not installed");
  await deactivate();
});

test("an environment is made only after the user has agreed", async () => {
  await activate(context as never);
  expect(state.messages).toEqual([expect.stringContaining("Make one of its own?")]);
  expect(fs.readdirSync(empty)).toEqual([]);
});

test("where there is no Python, the user is told so", async () => {
  state.presses = { "Make one of its own?": "Make It" };
  await activate(context as never);
  await vi.waitFor(() => {
    expect(state.messages.at(-1)).toContain(
      "Python 3.11 or later is needed (python3: not found; python: not found)",
    );
  });
});

test("a new interpreter in the settings restarts the server, other settings do not", async () => {
  await activate(context as never);
  const change = (name: string) =>
    state.onConfiguration?.({ affectsConfiguration: (asked) => asked === name });
  state.settings = { "phi.server.python": path.join(empty, "python") };
  change("phi.backend");
  expect(state.items[0]?.tooltip.value).toContain("not installed");
  change("phi.server.python");
  await vi.waitFor(() => {
    expect(state.items[0]?.tooltip.value).toContain("phi.server.python \\(");
  });
});

test("an environment that was begun is gone on with, when the user says so", async () => {
  const begun = path.join(empty, "data", "vscode");
  fs.mkdirSync(begun, { recursive: true });
  state.presses = { "is not complete. Go on with it?": "Go On" };
  await activate(context as never);
  await vi.waitFor(() => {
    expect(state.messages.at(-1)).toContain("the environment was not made: Python 3.11 or later is needed");
  });
  expect(state.messages[0]).toContain("What pip has fetched already is kept.");
  fs.rmSync(path.join(empty, "data"), { recursive: true });
});
