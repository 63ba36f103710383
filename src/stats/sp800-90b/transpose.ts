/**
 * Makes the column data of restart data, SP 800-90B §3.1.4.1: the first symbols of all restarts, then all second ones, and so on.
 * @param matrix row by row, one restart a row
 * @param out of the same length, in shared memory for instance
 */
export function transpose(
  matrix: Uint8Array,
  rows: number,
  cols: number,
  out: Uint8Array = new Uint8Array(matrix.length),
): Uint8Array {
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) out[col * rows + row] = matrix[row * cols + col]!;
  }
  return out;
}
