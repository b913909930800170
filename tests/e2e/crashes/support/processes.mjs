// The processes that this one has started, as the system lists them.
import { readdirSync, readFileSync } from "node:fs";

/** Process ids of the descendants of `pid`; with `word`, of those that have it on their command line. */
export function descendantsOf(pid, word = "") {
  const all = list();
  const found = [];
  const parents = [pid];
  while (parents.length > 0) {
    const parent = parents.pop();
    for (const one of all) {
      if (one.parent !== parent) continue;
      parents.push(one.pid);
      if (one.command.includes(word)) found.push(one.pid);
    }
  }
  return found;
}

/** Process ids of the children of `parent` that have a word on their command line. */
export function processesWith(word, parent) {
  return list()
    .filter((one) => one.parent === parent && one.command.includes(word))
    .map(({ pid }) => pid);
}

/** Whether a process runs: one that has ended and is not yet collected does not. */
export function isAlive(pid) {
  return list().some((one) => one.pid === pid);
}

function list() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        return state === "Z" ? [] : [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}
