import { beforeEach, expect, test, vi } from "vitest";
import { execute } from "../src/actions";
import { MENU, registerCommands } from "../src/commands";
import { log, reset, state } from "./vscode";

const asked: unknown[][] = [];
let answer: () => Promise<unknown>;
const shown: [string, string][] = [];
const answers = {
  show: ({ uri }: { uri: string }) => void shown.push(["show", uri]),
  keep: ({ uri }: { uri: string }) => void shown.push(["keep", uri]),
  open: (uri: string) => void shown.push(["open", uri]),
  choose: () => Promise.resolve(),
};
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

const host = { server, answers };

beforeEach(() => {
  reset();
  asked.length = 0;
  shown.length = 0;
  answer = () => Promise.resolve(undefined);
  registerCommands(host, log as never, { id: "phi-ls.phi-ls", extensionUri: { text: "/ext" } } as never);
});

async function choose(id: string, ...args: unknown[]): Promise<void> {
  await state.registered.get(id)?.(...args);
}

const target = {
  uri: "file:///a.py",
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
};

test("explain asks for the selection and shows the answer", async () => {
  const start = { line: 1, character: 2 };
  state.editor = { document: { uri: "file:///a.py", version: 7 }, selection: { start, end: start } };
  answer = () => Promise.resolve({ title: "add", markdown: "# add", uri: "phi-ls:/explain/1/add.md" });
  await choose("phi.explain");
  expect(asked).toEqual([
    ["phi.server.explain", { uri: "file:///a.py", range: { start, end: start }, version: 7 }],
  ]);
  expect(shown).toEqual([["show", "phi-ls:/explain/1/add.md"]]);
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
  await execute(host, "phi.server.document", [target]);
  expect(state.messages).toEqual([]);
  answer = () => Promise.resolve({ applied: false, message: "the file has changed meanwhile" });
  await execute(host, "phi.server.document", [target]);
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
  answer = () => Promise.resolve({ text: "cpu is chosen", markdown: "", uri: "phi-ls:/doctor/1/doctor.md" });
  await choose("phi.doctor");
  expect(state.executed).toEqual([]);
  expect(state.shown[0]).toEqual({ path: "/Doctor", text: "cpu is chosen" });
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

test("an edit that was turned down is kept, and nothing is said", async () => {
  const told = { title: "Fix", markdown: "# Fix", uri: "phi-ls:/fix/2/f.md" };
  answer = () => Promise.resolve({ applied: false, discarded: true, ...told });
  await choose("phi.fix", { ...target, problems: ["line 1: bad"] });
  expect(shown).toEqual([["keep", "phi-ls:/fix/2/f.md"]]);
  expect(state.messages).toEqual([]);
});

test("a link that wants the answer in the hover opens the hover again", async () => {
  answer = () => Promise.resolve({ title: "x", markdown: "# x", uri: "phi-ls:/explain/3/x.md" });
  const hover = { uri: "file:///b.py", line: 3, character: 4 };
  await choose("phi.explain", { ...target, hover });
  expect(state.executed).toEqual([]);
  const document = { uri: "file:///b.py", getWordRangeAtPosition: () => undefined };
  state.editor = { document, selection: { active: { line: 9, character: 0 } } };
  await choose("phi.explain", { ...target, hover });
  expect(state.editor).toMatchObject({ selection: { active: { line: 3, character: 4 } } });
  expect(state.executed).toEqual([
    ["editor.action.hideHover"],
    ["workbench.action.focusActiveEditorGroup"],
    ["editor.action.showHover"],
  ]);
  expect(shown).toEqual([]);
});

test("where hovers cannot be hidden, a scrolled line does it", async () => {
  answer = () => Promise.resolve({ title: "x", markdown: "# x", uri: "phi-ls:/explain/3/x.md" });
  state.unknown = true;
  const document = { uri: "file:///b.py", getWordRangeAtPosition: () => ({ contains: () => true }) };
  state.editor = { document, selection: { active: { line: 3, character: 5 } } };
  await choose("phi.explain", { ...target, hover: { uri: "file:///b.py", line: 3, character: 4 } });
  expect(state.executed.map(([id]) => id)).toEqual([
    "editorScroll",
    "editorScroll",
    "workbench.action.focusActiveEditorGroup",
    "editor.action.showHover",
  ]);
  expect(state.editor).toMatchObject({ selection: { active: { line: 3, character: 5 } } });
});

test("an answer that cannot be trusted is shown on demand", async () => {
  state.presses = { "would add": "Show the Answer" };
  const message = "nothing was changed: the answer would add a syntax error";
  const told = { title: "Fix", markdown: "# Fix", uri: "phi-ls:/fix/1/f.md" };
  answer = () => Promise.resolve({ applied: false, message, ...told });
  await choose("phi.fix", { ...target, problems: ["line 1: bad"] });
  expect(state.messages).toEqual([`phi-ls: ${message}`]);
  expect(shown).toEqual([
    ["keep", "phi-ls:/fix/1/f.md"],
    ["open", "phi-ls:/fix/1/f.md"],
  ]);
});

test("a change is asked for in words, and not made without them", async () => {
  await choose("phi.refactor", target);
  expect(asked).toEqual([]);
  state.typed = "use a loop";
  await choose("phi.refactor", target);
  expect(asked).toEqual([["phi.server.refactor", { ...target, instruction: "use a loop" }]]);
});

test("an action of the user's own is chosen by its title", async () => {
  await choose("phi.own", target);
  expect(state.messages).toEqual(["Define an action of your own in the setting phi.actions."]);
  state.settings = { "phi.actions": [{ title: "Translate" }, { title: "Log" }] };
  state.picked = "Log";
  await choose("phi.own", target);
  expect(asked).toEqual([["phi.server.own", { ...target, title: "Log" }]]);
});

test("a chosen name is given to the language's own rename", async () => {
  state.picked = "length";
  answer = () =>
    Promise.resolve({ name: "n", names: ["size", "length"], position: { line: 1, character: 4 } });
  await choose("phi.rename", target);
  expect(state.executed).toEqual([
    [
      "vscode.executeDocumentRenameProvider",
      expect.objectContaining({ text: target.uri }),
      { line: 1, character: 4 },
      "length",
    ],
  ]);
  expect(state.messages).toEqual(["phi-ls: no extension of this language can rename here."]);
});

test("a commit message opens as a text where git's extension is missing", async () => {
  answer = () => Promise.resolve({ text: "Add a door", markdown: "", uri: "phi-ls:/commitMessage/1/m.md" });
  await choose("phi.commitMessage", target);
  await Promise.resolve();
  expect(state.shown).toEqual([{ content: "Add a door" }]);
});

test("forgetting says how much was forgotten", async () => {
  answer = () => Promise.resolve({ text: "3 explanations deleted" });
  await choose("phi.forgetExplanations");
  expect(state.messages).toEqual(["phi-ls: 3 explanations deleted"]);
});

test("why there was no suggestion: a setting that is off for this language is named, and no server asked", async () => {
  state.editor = { document: { languageId: "python" } };
  state.languages = { python: { "phi.enable": false } };
  await choose("phi.why");
  expect(asked).toEqual([]);
  expect(state.shown[0]).toEqual({
    path: "/Why",
    text: "The setting phi.enable is off for this python file.\n",
  });
});

test("the first steps are a walkthrough of this extension", async () => {
  await choose("phi.getStarted");
  expect(state.executed).toEqual([["workbench.action.openWalkthrough", "phi-ls.phi-ls#start", false]]);
});

test("a completion is tried where nothing has to be saved, by a key", async () => {
  const content = "/ext/extension/media/try.py";
  state.document = { language: "python", content };
  state.commands["type"] = () => state.completes?.(state.document);
  await choose("phi.tryCompletion");
  const end = { line: 0, character: content.length };
  expect(state.shown).toEqual([{ language: "python", content }, { selection: { start: end, end } }]);
  expect(state.executed).toEqual([["type", { text: " " }]]);
});

test("an editor that does not ask yet gets the key anew, until a person types", async () => {
  vi.useFakeTimers();
  const document = { version: 1 };
  let typed = 0;
  state.document = document;
  state.commands["type"] = () => {
    typed += 1;
  };
  const tried = choose("phi.tryCompletion");
  await vi.advanceTimersByTimeAsync(1500);
  expect(typed).toBe(2);
  document.version += 1;
  await vi.advanceTimersByTimeAsync(1500);
  await tried;
  expect(state.executed.map(([id]) => id)).toEqual(["type", "deleteLeft", "type"]);
  expect(state.completes).toBeUndefined();
  vi.useRealTimers();
});
