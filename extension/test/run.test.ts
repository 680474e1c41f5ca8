import { expect, test } from "vitest";
import { environment, lastLine, run } from "../src/run";

const node = process.execPath;

test("a program's output is what it resolves with", async () => {
  expect(await run(node, ["-e", "console.log('0.1.0')"], { timeoutMs: 10_000 })).toBe("0.1.0\n");
});

test("a program that fails is reported by the last line of its errors", async () => {
  const script = "console.error('Traceback\\nModuleNotFoundError: no phi_ls\\n'); process.exit(1)";
  await expect(run(node, ["-e", script], { timeoutMs: 10_000 })).rejects.toThrow(
    "ModuleNotFoundError: no phi_ls",
  );
});

test("a program that does not exist is not found", async () => {
  await expect(run("/no/such/program", [], { timeoutMs: 10_000 })).rejects.toThrow("not found");
});

test("a program that does not answer is ended", async () => {
  await expect(run(node, ["-e", "setTimeout(() => {}, 60000)"], { timeoutMs: 200 })).rejects.toThrow(
    "no answer within 0.2 s",
  );
});

test("a program can be cancelled", async () => {
  const cancelled = new AbortController();
  const running = run(node, ["-e", "setTimeout(() => {}, 60000)"], {
    timeoutMs: 60_000,
    signal: cancelled.signal,
  });
  cancelled.abort();
  await expect(running).rejects.toThrow("cancelled");
});

test("Python never imports from the folder that it is started in", () => {
  expect(environment()["PYTHONSAFEPATH"]).toBe("1");
});

test("the last line of nothing is empty", () => {
  expect(lastLine("")).toBe("");
});
