/** Cameras on Linux, as Video4Linux lists them, through the tool `v4l2-ctl`. */
import type { Host } from "../../../platform/host.ts";

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Lists device nodes, among them some that only carry data about pictures. */
export function videoNodes(host: Host): string[] {
  return host
    .readFolder("/sys/class/video4linux")
    .filter((name) => /^video\d+$/.test(name))
    .map((name) => `/dev/${name}`);
}

/** Returns the sizes of uncompressed pictures with one brightness per pixel (YUYV) in `v4l2-ctl --list-formats-ext`. */
export function yuyvSizes(text: string): FrameSize[] {
  const formats = text.split(/^\s*(?=\[\d+\]: ')/m);
  const yuyv = formats.find((format) => /^\[\d+\]: 'YUYV'/.test(format));
  return [...(yuyv ?? "").matchAll(/^\s*Size: Discrete (\d{1,5})x(\d{1,5})$/gm)].map((match) => ({
    width: Number(match[1]),
    height: Number(match[2]),
  }));
}
