import { beforeEach, expect, test } from "vitest";
import { Answers, moved } from "../src/answers";
import { log, Range, reset, state, workspace } from "./vscode";

const area = { start: { line: 5, character: 0 }, end: { line: 7, character: 12 } };
const answer = {
  uri: "phi-ls:/explain/1/area.md",
  title: "Explanation of area",
  markdown: "It *",
  code: { uri: "file:///project/sample.py", range: area },
};
const place = "sample.py, line 6";
let answers: Answers;

beforeEach(() => {
  reset();
  state.commands["markdown.api.render"] = (markdown) => `<p>${String(markdown)}</p>`;
  answers = new Answers({ text: "/ext" } as never, log);
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const panel = () => state.panels[0] ?? expect.fail("no panel was opened");

test("an answer grows in one panel and is opened once", async () => {
  answers.show(answer);
  await settled();
  answers.show({ ...answer, markdown: "It *adds*" });
  await settled();
  expect(state.panels.length).toBe(1);
  expect(panel().title).toBe("Explanation of area");
  expect(panel().revealed).toBe(1);
  expect(panel().posted).toEqual([
    { uri: answer.uri, place, html: "<p>It *</p>" },
    { uri: answer.uri, place, html: "<p>It *adds*</p>" },
  ]);
});

test("what a person closed stays closed while the rest comes", async () => {
  answers.show(answer);
  panel().dispose();
  answers.show({ ...answer, markdown: "It adds." });
  await settled();
  expect(state.panels.length).toBe(1);
  state.picked = "Explanation of area";
  await answers.choose();
  await settled();
  expect(state.panels[1]?.posted).toEqual([{ uri: answer.uri, place, html: "<p>It adds.</p>" }]);
});

test("code in a notebook is named by its cell", async () => {
  const uri = "vscode-notebook-cell:///project/report.ipynb";
  const cell = { index: 2, document: { uri: { toString: () => uri } } };
  workspace.notebookDocuments = [{ getCells: () => [cell] }];
  answers.show({ ...answer, code: { uri, range: area } });
  await settled();
  workspace.notebookDocuments = [];
  expect(panel().posted.at(-1)).toMatchObject({ place: "report.ipynb, cell 3, line 6" });
});

test("the panel leads back to the code, where that has moved to", async () => {
  answers.show(answer);
  const document = { uri: { toString: () => "file:///project/sample.py" } };
  state.onChange?.({ document, contentChanges: [{ range: new Range(0, 0, 0, 0), text: "\n\n" }] });
  await settled();
  expect(panel().posted.at(-1)).toEqual({ uri: answer.uri, place: "sample.py, line 8", html: "<p>It *</p>" });
  panel().say("code");
  expect(state.shown).toEqual([
    { text: "file:///project/sample.py", path: "/project/sample.py" },
    { viewColumn: 1, selection: new Range(7, 0, 9, 12) },
  ]);
});

test.each([
  ["lines above it", new Range(1, 0, 1, 0), "a\nb\n", [7, 9]],
  ["lines that go above it", new Range(0, 0, 2, 0), "", [3, 5]],
  ["a line right above it", new Range(5, 0, 5, 0), "a\n", [6, 8]],
  ["a line inside it", new Range(6, 3, 6, 3), "\n", [5, 8]],
  ["a line inside it that goes", new Range(6, 0, 7, 0), "", [5, 6]],
  ["lines below it", new Range(8, 0, 8, 0), "\n\n", [5, 7]],
])("code moves with %s", (_what, range, text, lines) => {
  const { start, end } = moved(area, [{ range: range as never, text }]);
  expect([start.line, end.line]).toEqual(lines);
});

test("without the editor's Markdown a text is shown as it is, and runs nothing", async () => {
  state.commands["markdown.api.render"] = () => {
    throw new Error("no such command");
  };
  answers.show({ ...answer, markdown: "<script>a && b</script>" });
  await settled();
  const html = "<pre>&lt;script>a &amp;&amp; b&lt;/script></pre>";
  expect(panel().posted).toEqual([{ uri: answer.uri, place, html }]);
});

test("before the first answer there is none to choose", async () => {
  await answers.choose();
  expect(state.messages).toEqual(["phi-ls has not answered anything yet."]);
});
