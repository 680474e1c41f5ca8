// A model hub on this machine, as a Python process of its own.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";

export class Hub {
  /** Starts a hub whose one model is in the catalogue of the user whose folder `home` is. */
  static async open(python, home) {
    const hub = new Hub();
    const script = path.join(import.meta.dirname, "hub.py");
    hub.process = spawn(python, [script, home], { stdio: ["pipe", "pipe", "inherit"] });
    hub.lines = readline.createInterface({ input: hub.process.stdout })[Symbol.asyncIterator]();
    hub.url = JSON.parse(await hub.#line()).url;
    hub.host = new URL(hub.url).host;
    return hub;
  }

  async #line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the hub has ended");
    return value;
  }

  async #say(word) {
    this.process.stdin.write(`${word}\n`);
    return Number(await this.#line());
  }

  /** How many requests came so far. */
  requests() {
    return this.#say("count");
  }

  /** Sends as fast as it can from here on. */
  hurry() {
    return this.#say("hurry");
  }

  close() {
    this.process.stdin.end();
  }
}
