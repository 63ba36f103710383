/** Which addresses of the network may be asked. */
import ipaddr from "ipaddr.js";

/** Ranges of a house's own networks, which `--trigger-private` allows. All others that are not public never are: link-local has the clouds' metadata. */
const PRIVATE: ReadonlySet<string> = new Set(["loopback", "private", "carrierGradeNat", "uniqueLocal"]);

/** Says which kind an address is of: by the ranges that IANA keeps for special purposes. IPv6 that stands for IPv4 is special too. */
export function kindOfAddress(address: string): "public" | "private" | "special" {
  if (!ipaddr.isValid(address) || address.includes("%")) return "special";
  const range = ipaddr.parse(address).range();
  if (range === "unicast") return isGlobal(address) ? "public" : "special";
  return PRIVATE.has(range) ? "private" : "special";
}

/** Tells of an address that it is given out: of IPv6 nothing but 2000::/3 is (RFC 4291 §2.4, IANA's list of global unicast addresses). */
function isGlobal(address: string): boolean {
  const [first] = ipaddr.parse(address).toByteArray();
  return ipaddr.IPv4.isValid(address) || (first! & 0xe0) === 0x20;
}
