/** Against a socket of the test's own that takes what systemd's would. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceManager } from "#kit/term/service-manager.ts";
import { fakeIo } from "../../support/fake-io.ts";
import { turn } from "../../support/fifo-reader.ts";
import { NotifySocket } from "../../support/notify-socket.ts";

const onLinux = process.platform === "linux";
if (!onLinux) console.warn("skipped: NOTIFY_SOCKET is of Linux");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "notify-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.if(onLinux)("a service manager", () => {
  for (const kind of ["path", "abstract name"]) {
    test(`at a ${kind} hears when the program is ready, what it does, and that it stops, each once`, () => {
      using socket = new NotifySocket(kind === "path" ? join(folder, "s") : `@ee-${process.pid}-${kind}`);
      const io = fakeIo();
      using manager = new ServiceManager({ NOTIFY_SOCKET: socket.name }, io);
      manager.status("begins");
      manager.status("begins");
      expect(socket.lines()).toEqual(["STATUS=begins"]);
      manager.ready("serves");
      manager.ready("serves");
      expect(socket.lines()).toEqual(["STATUS=serves", "READY=1"]);
      io.interrupt.abort();
      io.interrupt.abort();
      expect(socket.lines()).toEqual(["STOPPING=1"]);
      expect(io.talk()).toBe("");
    });
  }

  test("hears that a program stops that fails", () => {
    using socket = new NotifySocket(join(folder, "s"));
    {
      using _ = new ServiceManager({ NOTIFY_SOCKET: socket.name }, fakeIo());
    }
    expect(socket.lines()).toEqual(["STOPPING=1"]);
  });

  test("gets a status in one line and of bounded length, whatever a path is called", () => {
    using socket = new NotifySocket(join(folder, "s"));
    using manager = new ServiceManager({ NOTIFY_SOCKET: socket.name }, fakeIo());
    manager.status(`at a\nREADY=1${"\u{1f600}".repeat(5_000)}`);
    const message = socket.take()!;
    expect(message.split("\n")).toHaveLength(1);
    expect(message).toStartWith("STATUS=at a\\x0AREADY=1");
    expect(Buffer.byteLength(message)).toBeLessThan(4_096);
  });

  test("that takes nothing for a while holds up nobody, and gets the latest of each kind afterwards", async () => {
    using socket = new NotifySocket(join(folder, "s"));
    using manager = new ServiceManager({ NOTIFY_SOCKET: socket.name }, fakeIo());
    // More than any queue of datagrams: /proc/sys/net/unix/max_dgram_qlen.
    for (let i = 0; i < 5_000; i++) manager.status(`${i}`);
    manager.ready("serves");
    const lines = await socket.until("READY=");
    expect(lines.length).toBeLessThan(5_000);
    expect(lines.slice(-2)).toEqual(["STATUS=serves", "READY=1"]);
  });

  const WATCHED = { WATCHDOG_USEC: "2000", WATCHDOG_PID: `${process.pid}` };

  test("'s watchdog hears of a program that is ready and well, and of no other", async () => {
    using socket = new NotifySocket(join(folder, "s"));
    let asked = 0;
    let isWell = true;
    const asking = () => {
      asked += 1;
      return isWell;
    };
    using manager = new ServiceManager({ ...WATCHED, NOTIFY_SOCKET: socket.name }, fakeIo(), asking);
    for (let i = 0; i < 20; i++) await turn();
    expect([asked, socket.lines()]).toEqual([0, []]);
    manager.ready("serves");
    await socket.until("WATCHDOG=1");
    isWell = false;
    socket.lines();
    for (const before = asked; asked < before + 5; ) await turn();
    expect(socket.lines()).toEqual([]);
    isWell = true;
    await socket.until("WATCHDOG=1");
  });

  const others = { "another process": `${process.pid + 1}`, "no number": "me" };
  for (const [whose, pid] of Object.entries(others)) {
    test(`'s watchdog over ${whose} hears nothing of this one`, async () => {
      using socket = new NotifySocket(join(folder, "s"));
      let asked = 0;
      const env = { ...WATCHED, WATCHDOG_PID: pid, NOTIFY_SOCKET: socket.name };
      const isWell = () => {
        asked += 1;
        return true;
      };
      using manager = new ServiceManager(env, fakeIo(), isWell);
      manager.ready("serves");
      // A watchdog of this process's own, to wait as long as it takes.
      using otherSocket = new NotifySocket(join(folder, "o"));
      using other = new ServiceManager({ ...WATCHED, NOTIFY_SOCKET: otherSocket.name }, fakeIo());
      other.ready("serves");
      for (let heard = 0; heard < 5; heard++) await otherSocket.until("WATCHDOG=1");
      expect([asked, socket.lines()]).toEqual([0, ["STATUS=serves", "READY=1"]]);
    });
  }

  const noTimes = ["", "0", "-5", "1e3", "many", "9".repeat(21), "5\u001b[2J"];
  test.each(noTimes)("gives a watchdog no time: %j", (time) => {
    using socket = new NotifySocket(join(folder, "s"));
    const io = fakeIo();
    using manager = new ServiceManager({ WATCHDOG_USEC: time, NOTIFY_SOCKET: socket.name }, io);
    manager.ready("serves");
    expect(socket.lines()).toContain("READY=1");
    if (time === "") expect(io.talk()).toBe("");
    else expect(io.talk()).toContain("is no number of microseconds: the watchdog is told nothing");
    expect(io.talk()).not.toContain("\u001b");
  });
});

describe.if(onLinux)("a NOTIFY_SOCKET that is none", () => {
  const hostile: Record<string, [name: string, words: string]> = {
    "a relative path": ["some/socket", "no absolute path, and no @ with a name"],
    "another kind of address": ["vsock:2:1234", "no absolute path, and no @ with a name"],
    "a name of nothing": ["@", "no absolute path, and no @ with a name"],
    "a long path": [`/${"x".repeat(107)}`, "more than 107 bytes"],
    "a long name": [`@${"é".repeat(54)}`, "more than 107 bytes"],
  };
  for (const [what, [name, words]] of Object.entries(hostile)) {
    test(`is refused in words, and the program goes on: ${what}`, () => {
      const io = fakeIo();
      using manager = new ServiceManager({ NOTIFY_SOCKET: name }, io);
      manager.ready("serves");
      expect(io.talk()).toContain(words);
      expect(io.talk()).toContain("the service manager is told nothing");
    });
  }

  test("for want of anybody there is said once", () => {
    for (const path of ["nobody", "file"]) {
      if (path === "file") writeFileSync(join(folder, path), "");
      const io = fakeIo();
      using manager = new ServiceManager({ NOTIFY_SOCKET: join(folder, path) }, io);
      for (let i = 0; i < 3; i++) manager.status(`${i}`);
      manager.ready("serves");
      expect(io.talk().match(/told nothing/g)).toHaveLength(1);
      expect(io.talk()).toMatch(/ENOENT|ECONNREFUSED/);
    }
  });

  test("that is not given is nothing to talk about", () => {
    for (const env of [{}, { NOTIFY_SOCKET: "" }, { WATCHDOG_USEC: "nonsense" }]) {
      const io = fakeIo();
      using manager = new ServiceManager(env, io);
      manager.ready("serves");
      expect(io.talk()).toBe("");
    }
  });
});
