/** The n-th largest number without sorting (Hoare's selection), in linear time. */

/** @param values are reordered. @returns 0 if there are fewer than `n` */
export function nthLargest(values: Float64Array, n: number): number {
  if (n < 1 || n > values.length) return 0;
  const wanted = values.length - n;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const moved = values[i];
      values[i++] = values[j];
      values[j--] = moved;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return values[wanted];
}
