// Models and backends from the status item's menu: what could be had, the consent, the progress, and leaving it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { plain } from "../workbench.mjs";

const MODELS = "Which model to download";
const MODEL = "the starter from a hub";

/** From the status item to the dialog that asks for consent. */
async function asksFor(bench, command, list, row) {
  await (await bench.status("Phi: scripted")).click();
  await bench.pick("phi-ls", command);
  await bench.pick(list, row);
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.waitFor();
  return dialog;
}

/** `folder` is where the models of this user lie, `hub` the loopback hub that has the model. */
export async function pullsAModel(bench, folder, hub) {
  await (await bench.status("Phi: scripted")).click();
  await bench.page.locator(".quick-input-list .label-name", { hasText: "Download Model" }).waitFor();
  await bench.shot("12-menu");
  await bench.page.keyboard.press("Escape");
  const dialog = await asksFor(bench, "Download Model", MODELS, MODEL);
  const text = plain((await dialog.textContent()) ?? "");
  assert.match(text, /Download the starter from a hub\?/);
  assert.ok(text.includes(`From: ${hub.host}`), text);
  assert.match(text, /Size: \d+ MB/);
  assert.match(text, /Licence: MIT/);
  await bench.shot("12-consent-model");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await hub.requests(), 0, "nothing is asked of the hub before the person agreed");

  await (
    await asksFor(bench, "Download Model", MODELS, MODEL)
  )
    .getByRole("button", { name: "Download" })
    .click();
  const progress = bench.toast("phi-ls: pulling tiny");
  await progress.getByText(/%|MB/).first().waitFor({ timeout: 60_000 });
  await bench.shot("12-pulling");
  await progress.getByRole("button", { name: "Cancel" }).click();
  await progress.waitFor({ state: "hidden" });
  assert.ok(
    fs.readdirSync(folder, { recursive: true }).some((name) => String(name).includes("tiny")),
    "what came is kept",
  );

  await hub.hurry();
  await (
    await asksFor(bench, "Download Model", MODELS, MODEL)
  )
    .getByRole("button", { name: "Download" })
    .click();
  await bench.toast("tiny cpu-int4 is here, verified").waitFor({ timeout: 90_000 });
  await progress.waitFor({ state: "hidden" });
  await bench.shot("12-pulled");
  await bench.palette("Notifications: Clear All Notifications");
  await bench.status("Phi: scripted");
}

/** A backend from a folder of wheels; here only its consent is looked at. */
export async function asksBeforeABackend(bench) {
  const dialog = await asksFor(bench, "Install Backend", "Which backend to install", "gguf");
  const text = plain((await dialog.textContent()) ?? "");
  assert.match(text, /Install the backend gguf\?/);
  assert.match(text, /From: a folder of this machine/);
  assert.match(text, /Packages: llama-cpp-python==/);
  await bench.shot("12-consent-backend");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
}
