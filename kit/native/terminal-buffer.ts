/** The buffers that the system keeps between a program and its terminal: termios(3). */
import { NativeError } from "../errors.ts";
import { bindCLibrary } from "./c-library.ts";

/** From termios.h of Linux and macOS. */
const TCOFLUSH = process.platform === "darwin" ? 2 : 1;

/** Throws away what was written to a terminal and has not been taken by it. Does nothing where the system cannot. */
export function discardUntaken(fd: number): void {
  try {
    bindCLibrary({ tcflush: { args: ["i32", "i32"], returns: "i32" } }).tcflush(fd, TCOFLUSH);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
  }
}
