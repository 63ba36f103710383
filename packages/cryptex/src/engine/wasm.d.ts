/** An import `with { type: "file" }`: the file's path. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
