import { expect, test } from "vitest";
import { makeEnvironment, proxyOf, type Recipe } from "../src/environment";

function recipe(pythons: Record<string, string>, more: Partial<Recipe> = {}): Recipe & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    platform: "linux",
    folder: "/own",
    wheel: "/extension/dist/phi_ls.whl",
    wheels: "",
    proxy: {},
    chosenPython: undefined,
    signal: new AbortController().signal,
    report: () => undefined,
    run: (command, args, { env }) => {
      if (!args.includes("-c")) {
        ran.push([...Object.entries(env ?? {}).flat(), command, ...args].join(" "));
        return Promise.resolve("");
      }
      if (args.includes("import pip")) {
        return command in pythons ? Promise.resolve("") : Promise.reject(new Error("not found"));
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

test("what was begun is gone on with: packages that are there are not fetched again", async () => {
  const made = recipe({ "/own/bin/python": "3 12" });
  await makeEnvironment(made);
  expect(made.ran).toEqual([
    "/own/bin/python -m pip install --disable-pip-version-check --no-input /extension/dist/phi_ls.whl[cpu]",
  ]);
});

test("with a folder of wheels pip opens no connection", async () => {
  const made = recipe({ python3: "3 12" }, { wheels: "/wheels" });
  await makeEnvironment(made);
  expect(made.ran[1]).toContain("--no-index --find-links /wheels /extension/dist/phi_ls.whl[cpu]");
});

test("pip goes through the editor's proxy", async () => {
  const proxy = proxyOf({ proxy: "http://proxy:3128", noProxy: ["localhost", "intern"] }, {});
  const made = recipe({ python3: "3 12" }, { proxy });
  await makeEnvironment(made);
  expect(made.ran[1]).toMatch(
    /^HTTPS_PROXY http:\/\/proxy:3128 HTTP_PROXY http:\/\/proxy:3128 NO_PROXY localhost,intern /,
  );
});

test("a proxy that the environment names already is left as it is", () => {
  const settings = { proxy: "http://proxy:3128", noProxy: [] };
  expect(proxyOf(settings, { https_proxy: "http://own:1", HTTP_PROXY: "http://own:2" })).toEqual({});
  expect(proxyOf({ proxy: "", noProxy: [] }, {})).toEqual({});
});
