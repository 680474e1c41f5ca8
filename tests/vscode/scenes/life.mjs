// What runs, what a report says, a server that is killed or cannot be started, the model that comes with phi-ls.
import assert from "node:assert/strict";
import { phiProcesses } from "../network.mjs";
import { until } from "../workbench.mjs";

const FILE = "sample.py";
// What the starter is asked to go on with; it need not have an idea each time.
const OPENINGS = ["\nfor name in os.listdir(path):\n", "if name.endswith(", "\nprint("];

export async function showsWhatRuns(bench) {
  await bench.status("Phi: scripted");
  assert.match(await bench.tooltip("phi-ls is ready"), /Backend: scripted/);
  await bench.shot("1-status");
  await bench.page.mouse.move(600, 500);
  await bench.page.locator(".monaco-hover:visible").waitFor({ state: "hidden" });
}

export async function reports(bench) {
  await bench.palette("Phi: Doctor");
  const tab = bench.page.getByRole("tab", { name: "Doctor" });
  await tab.waitFor();
  await bench.editor("Doctor").locator(".view-line", { hasText: "scripted" }).first().waitFor();
  await tab.locator(".tab-actions .action-label").click();
  await tab.waitFor({ state: "detached" });
}

/** The process of the server, not of its worker. */
function serverOf(bench) {
  return phiProcesses(bench.process.pid).find(({ command }) => command.includes("phi_ls serve"));
}

export async function survives(bench, journal, machine) {
  const loads = () => journal.all("worker").filter(({ state }) => state === "loaded").length;
  const before = loads();
  process.kill(serverOf(bench).pid, "SIGKILL");
  await until("another server with its worker", () => loads() > before);
  await bench.status("Phi: scripted");
  bench.setMachine({ ...machine, "phi.server.python": "/no/such/python" });
  await bench.status("Phi: failed");
  await bench.shot("13-failed");
  bench.setMachine(machine);
  await bench.status("Phi: scripted");
  await bench.palette("Notifications: Clear All Notifications");
}

/** Returns what the starter wrote. */
export async function usesTheStarter(bench, journal) {
  await bench.palette("Phi: Choose Backend", "cpu");
  await bench.status("starter model · cpu", 120_000);
  await bench.focus(FILE);
  await bench.goto(6, 6);
  await bench.palette("Phi: Explain");
  await bench.answer().getByText("starter model, for trying out").waitFor({ timeout: 60_000 });
  await bench.toast("phi-ls: Explain").waitFor({ state: "hidden" });
  await bench.shot("14-starter-explain");
  await bench.palette("View: Close Editors in Other Groups");
  await bench.focus(FILE);
  await bench.page.keyboard.press("Control+End");
  const written = () => journal.all("completion").filter((e) => e.source === "model" && e.prompt_tokens > 0);
  for (const opening of OPENINGS) {
    const before = written().length;
    await bench.type(opening);
    // Unasked, a model that is so often wrong is shown only where it is sure.
    await bench.palette("Trigger Inline Suggestion");
    await until("the starter's answer", () => written().at(before), 60_000);
    if (written().at(-1).shown_chars > 0) break;
  }
  const ghost = await bench.ghost(FILE);
  await bench.shot("15-starter-ghost");
  const shown = journal.all("accepted").length;
  await bench.page.keyboard.press("Tab");
  await until("the acceptance", () => journal.all("accepted").length > shown);
  return ghost;
}

export function talksToNobody(bench, journal) {
  assert.deepEqual([...bench.outside], []);
  const elsewhere = journal.all("network").filter(({ host }) => !host?.startsWith("127.0.0.1"));
  assert.deepEqual(elsewhere, []);
  const processes = phiProcesses(bench.process.pid);
  assert.ok(
    processes.some(({ command }) => command.includes("serve")),
    "the server was found among the processes",
  );
  assert.ok(
    processes.some(({ command }) => command.includes("worker")),
    "the worker was found among the processes",
  );
  assert.deepEqual(
    processes.flatMap(({ command, sockets }) => sockets.map((socket) => `${command}: ${socket}`)),
    [],
  );
}
