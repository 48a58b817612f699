/** Gives the memory of an array back now instead of at some garbage collection; the array is then empty. */
export function free(array: Uint8Array<ArrayBuffer>): void {
  array.buffer.transfer(0);
}
