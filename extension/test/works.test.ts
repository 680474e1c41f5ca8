import { beforeEach, expect, test } from "vitest";
import { Works } from "../src/works";
import { reset, state } from "./vscode";

let works: Works;
const cancelled: string[] = [];

beforeEach(() => {
  reset();
  cancelled.length = 0;
  works = new Works();
});

const follow = (...events: object[]): void => {
  for (const event of events) {
    works.handle("t", event as never, () => cancelled.push("t"));
  }
};

test("work is a notification that grows, can be cancelled, and ends", async () => {
  follow(
    { kind: "begin", title: "phi-ls: Explain", cancellable: true, percentage: 0 },
    { kind: "report", message: "It adds" },
    { kind: "report", message: "It adds all", percentage: 40 },
    { kind: "report", percentage: 50 },
  );
  const [shown] = state.works;
  expect(shown?.options).toEqual({ location: 15, title: "phi-ls: Explain", cancellable: true });
  expect(shown?.reports).toEqual([
    { message: "It adds" },
    { message: "It adds all", increment: 40 },
    { increment: 10 },
  ]);
  shown?.cancel();
  expect(cancelled).toEqual(["t"]);
  follow({ kind: "end" });
  await shown?.ended;
  follow({ kind: "report", message: "late" });
  expect(shown?.reports.length).toBe(3);
});

test("with its server all work ends", async () => {
  follow({ kind: "begin", title: "phi-ls: Document" });
  works.clear();
  await state.works[0]?.ended;
  expect(state.works[0]?.options).toMatchObject({ cancellable: false });
});
