import { expect, test } from "vitest";
import { findServer, interpreterOf, type World } from "../src/python";

/** A machine: what each program answers when it is asked for phi-ls; what is missing is not installed. */
function machine(answers: Record<string, string>, world: Partial<World> = {}): World & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    version: "0.1.4",
    setting: "",
    chosenPython: () => Promise.resolve(undefined),
    ownPython: () => undefined,
    run: (command) => {
      asked.push(command);
      const answer = answers[command];
      return answer === undefined ? Promise.reject(new Error("not found")) : Promise.resolve(answer);
    },
    ...world,
  };
}

const everywhere: Partial<World> = {
  chosenPython: () => Promise.resolve("/project/bin/python"),
  ownPython: () => "/own/bin/python",
};

async function found(world: World): Promise<string> {
  const { launch } = await findServer(world);
  return launch ? [launch.command, ...launch.args].join(" ") : "nothing";
}

test("the interpreter that the Python extension has chosen comes first", async () => {
  const world = machine({ "/project/bin/python": "0.1.0", "phi-ls": "phi-ls 0.1.0" }, everywhere);
  expect(await found(world)).toBe("/project/bin/python -m phi_ls serve");
});

test("then comes phi-ls on the path", async () => {
  const world = machine({ "phi-ls": "phi-ls 0.1.0", "/own/bin/python": "0.1.4" }, everywhere);
  expect(await found(world)).toBe("phi-ls serve");
  expect(world.asked).toEqual(["/project/bin/python", "phi-ls"]);
});

test("then comes the environment of the extension's own", async () => {
  expect(await found(machine({ "/own/bin/python": "0.1.4" }, everywhere))).toBe(
    "/own/bin/python -m phi_ls serve",
  );
});

test("an interpreter that is set is the only candidate, even when it does not work", async () => {
  const world = machine({ "/project/bin/python": "0.1.0" }, { ...everywhere, setting: "/typo/python" });
  expect(await findServer(world)).toEqual({
    launch: undefined,
    installable: false,
    reason: "phi.server.python (/typo/python): not found",
  });
  expect(world.asked).toEqual(["/typo/python"]);
});

test("a server of another series is passed over, and the reason names both versions", async () => {
  expect(await findServer(machine({ "phi-ls": "phi-ls 0.2.0" }))).toEqual({
    launch: undefined,
    installable: true,
    reason: "phi-ls is not installed\nphi-ls on the PATH: it has phi-ls 0.2.0; this extension wants 0.1.x",
  });
});

test("a program that does not say its version is passed over", async () => {
  const search = await findServer(machine({ "phi-ls": "usage: something else" }));
  expect(search).toMatchObject({ launch: undefined });
  expect("reason" in search && search.reason).toContain("it does not say which version of phi-ls it has");
});

test("the interpreter of an environment lies elsewhere on Windows", () => {
  expect(interpreterOf("C:\\env", "win32")).toBe("C:\\env\\Scripts\\python.exe");
  expect(interpreterOf("/env", "linux")).toBe("/env/bin/python");
});
