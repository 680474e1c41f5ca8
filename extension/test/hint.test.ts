import { beforeEach, expect, test, vi } from "vitest";
import { Hints } from "../src/hint";
import { STARTING, type Status } from "../src/status";
import { reset, state } from "./vscode";

const HINT = "Nothing was suggested. You can ask for a suggestion by hand.";
const hinted: Status = { ...STARTING, state: "ready", hint: HINT };

beforeEach(reset);

test("a hint is told once, with the key to ask by hand", () => {
  const hints = new Hints();
  for (const status of [STARTING, hinted, { ...hinted, state: "busy" } as const, STARTING, hinted]) {
    hints.show(status);
  }
  expect(state.messages).toEqual([`phi-ls: ${HINT} By hand: Alt+\\.`]);
});

test.each([
  ["Ask Now", [["workbench.action.focusActiveEditorGroup"], ["editor.action.inlineSuggest.trigger"]]],
  ["Choose a Model", [["phi.pullModel"]]],
])("%s does it", async (button, executed) => {
  state.presses = { [HINT]: button };
  new Hints().show(hinted);
  await vi.waitFor(() => {
    expect(state.executed).toEqual(executed);
  });
});

test("a hint that is closed changes nothing", async () => {
  new Hints().show(hinted);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(state.executed).toEqual([]);
});
