import { expect, test } from "vitest";
import { makeEnvironment, type Recipe } from "../src/environment";

function recipe(pythons: Record<string, string>, more: Partial<Recipe> = {}): Recipe & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    platform: "linux",
    folder: "/own",
    wheel: "/extension/dist/phi_ls.whl",
    chosenPython: undefined,
    signal: new AbortController().signal,
    report: () => undefined,
    run: (command, args) => {
      if (!args.includes("-c")) {
        ran.push([command, ...args].join(" "));
        return Promise.resolve("");
      }
      const version = pythons[command];
      return version === undefined ? Promise.reject(new Error("not found")) : Promise.resolve(`${version}\n`);
    },
    ...more,
  };
}

test("the environment is made with the first Python that is new enough, and the bundled wheel", async () => {
  const made = recipe({ python3: "3 9", python: "3 12" });
  await makeEnvironment(made);
  expect(made.ran).toEqual([
    "python -m venv --clear /own",
    "/own/bin/python -m pip install --disable-pip-version-check --no-input /extension/dist/phi_ls.whl[cpu]",
  ]);
});

test("on Windows the launcher is asked first", async () => {
  const made = recipe({ py: "3 13" }, { platform: "win32", folder: "C:\\own" });
  await makeEnvironment(made);
  expect(made.ran[0]).toBe("py -3 -m venv --clear C:\\own");
  expect(made.ran[1]).toMatch(/^C:\\own\\Scripts\\python.exe -m pip install/);
});

test("without a Python the message says what was looked for and what to do", async () => {
  await expect(makeEnvironment(recipe({ python3: "3 9" }))).rejects.toThrow(
    "Python 3.11 or later is needed (python3 is 3.9; python: not found). Install it, or name one in phi.server.python.",
  );
});

test("the interpreter that the Python extension has chosen is preferred", async () => {
  const made = recipe({ "/chosen": "3 11", python3: "3 12" }, { chosenPython: "/chosen" });
  await makeEnvironment(made);
  expect(made.ran[0]).toBe("/chosen -m venv --clear /own");
});
