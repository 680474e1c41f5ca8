import { beforeEach, expect, test, vi } from "vitest";
import type * as vscode from "vscode";
import { selectionOf } from "../src/cursor";
import { Range, reset, state } from "./vscode";

const STALE = new Range(0, 0, 0, 0);
const TRUE = new Range(1, 5, 1, 5);

function editor(scheme: string): vscode.TextEditor {
  return { document: { uri: { scheme } }, selection: STALE } as unknown as vscode.TextEditor;
}

beforeEach(reset);

test("the selection of a file is the editor's", async () => {
  expect(await selectionOf(editor("file"))).toBe(STALE);
  expect(state.executed).toEqual([]);
});

test("that of a cell is what the editor asks about, with an action that changes nothing", async () => {
  const cell = editor("vscode-notebook-cell");
  const given: unknown[] = [];
  state.commands["editor.action.codeAction"] = (asked) => {
    given.push(
      state.acts?.({}, STALE, "phi.cursor"),
      state.acts?.(cell.document, STALE),
      state.acts?.(cell.document, TRUE, (asked as { kind: string }).kind),
    );
  };
  expect(await selectionOf(cell)).toBe(TRUE);
  expect(given).toEqual([[], [], [{ title: "Where", kind: { value: "phi.cursor" }, edit: { size: 0 } }]]);
  expect(state.acts).toBeUndefined();
});

test("where the editor asks nothing, it is the editor's after a second", async () => {
  vi.useFakeTimers();
  const asked = selectionOf(editor("vscode-notebook-cell"));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await asked).toBe(STALE);
  expect(state.acts).toBeUndefined();
  vi.useRealTimers();
});
