import { beforeEach, expect, test } from "vitest";
import { execute, MENU, registerCommands } from "../src/commands";
import { log, reset, state } from "./vscode";

const asked: unknown[][] = [];
let answer: () => Promise<unknown>;
const server = {
  request: (command: string, args: readonly unknown[]): Promise<unknown> => {
    asked.push([command, ...args]);
    return answer();
  },
  restart: (): Promise<void> => {
    asked.push(["restart"]);
    return Promise.resolve();
  },
};

beforeEach(() => {
  reset();
  asked.length = 0;
  answer = () => Promise.resolve(undefined);
  registerCommands(server, log as never);
});

async function choose(id: string, ...args: unknown[]): Promise<void> {
  await state.registered.get(id)?.(...args);
}

const target = {
  uri: "file:///a.py",
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
};

test("explain asks for the selection and previews the answer beside the code", async () => {
  const start = { line: 1, character: 2 };
  state.editor = { document: { uri: "file:///a.py", version: 7 }, selection: { start, end: start } };
  answer = () => Promise.resolve({ title: "add", markdown: "# add", uri: "phi-ls:/explain/1/add.md" });
  await choose("phi.explain");
  expect(asked).toEqual([
    ["phi.server.explain", { uri: "file:///a.py", range: { start, end: start }, version: 7 }],
  ]);
  expect(state.executed).toEqual([["markdown.showPreviewToSide", { text: "phi-ls:/explain/1/add.md" }]]);
});

test("a link in a hover names the code itself", async () => {
  await choose("phi.explain", target);
  expect(asked).toEqual([["phi.server.explain", target]]);
});

test("without an editor the user is told what is missing", async () => {
  await choose("phi.document");
  expect(asked).toEqual([]);
  expect(state.messages).toEqual(["Open a file and put the cursor on the code that is meant."]);
});

test("an edit that was refused is told, one that was applied speaks for itself", async () => {
  answer = () => Promise.resolve({ applied: true, message: "Document area" });
  await execute(server, "phi.server.document", [target]);
  expect(state.messages).toEqual([]);
  answer = () => Promise.resolve({ applied: false, message: "the file has changed meanwhile" });
  await execute(server, "phi.server.document", [target]);
  expect(state.messages).toEqual(["phi-ls: the file has changed meanwhile"]);
});

test("an error of the server is shown once, in its own words", async () => {
  answer = () => Promise.reject(new Error("no definition at the cursor"));
  await choose("phi.explain", target);
  expect(state.messages).toEqual(["phi-ls: no definition at the cursor"]);
});

test("what was cancelled says nothing", async () => {
  answer = () => Promise.reject(Object.assign(new Error("Request cancelled"), { code: -32800 }));
  await choose("phi.explain", target);
  expect(state.messages).toEqual([]);
});

test("reports open as texts", async () => {
  answer = () => Promise.resolve({ text: "cpu is chosen" });
  await choose("phi.doctor");
  expect(state.shown).toEqual([{ path: "/Doctor", text: "cpu is chosen" }]);
});

test("the backend that is chosen is written to the user's settings", async () => {
  state.picked = "gguf";
  await choose("phi.chooseBackend");
  expect(state.updates).toEqual([["phi.backend", "gguf", 1]]);
});

test("a choice that is not made writes nothing", async () => {
  await choose("phi.chooseModel");
  expect(state.updates).toEqual([]);
});

test("the status item's menu runs what is chosen", async () => {
  state.picked = "Restart Server";
  await choose(MENU);
  expect(state.executed).toEqual([["phi.restart"]]);
});
