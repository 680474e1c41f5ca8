// A folder that nobody has trusted.
import assert from "node:assert/strict";
import { phiProcesses, servers } from "../network.mjs";

/** Its settings run nothing, and the status says so; `machine` are settings that do run something. */
export async function distrusts(bench, machine) {
  await bench.shot("10-no-interpreter");
  bench.setMachine(machine);
  await bench.status("Phi: scripted");
  await bench.palette("Notifications: Clear All Notifications");
  await bench.openFile("strange.py");
  await bench.type("strange = ");
  assert.equal(await bench.ghost("strange.py"), "'nobody knows whose'");
  const said = await bench.tooltip("not trusted");
  assert.match(said, /what its settings say about programs, backends and models is ignored/);
  await bench.shot("11-not-trusted");
  await bench.page.mouse.move(600, 300);
  assert.deepEqual(
    phiProcesses(bench.process.pid).filter(({ command }) => command.includes("strangers-python")),
    [],
  );
  await bench.palette("Workspaces: Manage Workspace Trust");
  await bench.page
    .locator(".workspace-trust-editor")
    .getByRole("button", { name: "Trust", exact: true })
    .click();
  const trusted = bench.page.locator(".workspace-trust-editor").getByText("You trust this folder");
  await trusted.click(); // the button is gone, and with it went the keyboard
  await bench.shot("12-trusted");
  await bench.page.keyboard.press("Escape"); // where this editor lies over the window, it goes
  await bench.status("Phi: scripted"); // after the restart that trust brings along
  await bench.tooltip(/^(?![^]*not trusted)[^]*is ready/);
  assert.ok(servers(bench).every(({ command }) => command.includes(machine["phi.server.python"])));
}
