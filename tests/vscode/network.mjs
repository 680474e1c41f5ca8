// Which sockets of the internet a server of phi-ls holds. Linux only: it reads /proc.
import fs from "node:fs";

const INTERNET = ["tcp", "tcp6", "udp", "udp6"];

/** The command lines of the processes of phi-ls below a process group, and the internet sockets that they hold. */
export function phiProcesses(group) {
  const found = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(inGroup);
  return found.map((pid) => ({ pid, command: commandOf(pid), sockets: socketsOf(pid) }));

  function inGroup(pid) {
    return commandOf(pid).includes("phi_ls") && descends(pid, group);
  }
}

/** The servers of a workbench and its windows, without their workers. */
export const servers = (bench) =>
  phiProcesses(bench.process.pid).filter(({ command }) => command.includes("phi_ls serve"));

function commandOf(pid) {
  return quietly(() => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(), "");
}

function descends(pid, ancestor) {
  for (let at = pid; at > 1;) {
    if (at === ancestor) return true;
    const stat = quietly(() => fs.readFileSync(`/proc/${at}/stat`, "utf8"), "");
    at = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
  }
  return false;
}

function socketsOf(pid) {
  const held = quietly(() => fs.readdirSync(`/proc/${pid}/fd`), [])
    .map((name) => quietly(() => fs.readlinkSync(`/proc/${pid}/fd/${name}`), ""))
    .map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1])
    .filter(Boolean);
  return INTERNET.flatMap((table) =>
    quietly(() => fs.readFileSync(`/proc/${pid}/net/${table}`, "utf8"), "")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => held.includes(columns[9]))
      .map((columns) => `${table} ${columns[1]} ${columns[2]}`),
  );
}

/** A process may end while it is looked at. */
function quietly(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
