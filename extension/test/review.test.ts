import { beforeEach, expect, test } from "vitest";
import { Reviews } from "../src/review";
import { reset, state, tabs, TabInputTextDiff, workspace } from "./vscode";

const text = "def f():\n    return 1\n";
const at = (line: number, character: number) => ({ line, character });
const change = (needsConfirmation: boolean) =>
  ({
    label: "Document f",
    edit: {
      changeAnnotations: { "phi-ls": { label: "Document f", needsConfirmation } },
      documentChanges: [
        {
          textDocument: { uri: "file:///a.py", version: 3 },
          edits: [
            { range: { start: at(0, 4), end: at(0, 5) }, newText: "g" },
            { range: { start: at(1, 0), end: at(1, 0) }, newText: '    """It is one."""\n' },
          ],
        },
      ],
    },
  }) as never;
let reviews: Reviews;

beforeEach(() => {
  reset();
  const starts = [0, 9, 22];
  state.document = {
    uri: { path: "/a.py" },
    getText: () => text,
    offsetAt: ({ line, character }: { line: number; character: number }) => (starts[line] ?? 0) + character,
  };
  reviews = new Reviews();
});

test("an edit that nobody wants to see is made at once", async () => {
  expect(await reviews.confirmed(change(false))).toEqual(change(false));
  expect(state.executed).toEqual([]);
});

test("an edit is seen beside the code, and made when the person agrees", async () => {
  const provided: unknown[] = [];
  state.commands["vscode.diff"] = (_before, after) => {
    tabs.push({ input: new TabInputTextDiff(after as { path: string }) });
    provided.push(workspace.provider?.provideTextDocumentContent(after));
  };
  state.picked = "Apply";
  expect(await reviews.confirmed(change(true))).toEqual(change(false));
  expect(provided).toEqual(['def g():\n    """It is one."""\n    return 1\n']);
  expect(state.executed[0]?.[3]).toBe("Document f (a.py)");
  expect(tabs).toEqual([]);
});

test("an edit that is turned down is not made", async () => {
  state.picked = "Discard";
  expect(await reviews.confirmed(change(true))).toBeUndefined();
  state.picked = undefined;
  expect(await reviews.confirmed(change(true))).toBeUndefined();
});
