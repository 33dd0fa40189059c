/** Numbers as people read them. */

const numbers = new Intl.NumberFormat('en');
export const num = (n: number) => numbers.format(n);

/** `1 task`, `1,200 tasks`. */
export const many = (n: number, one: string, several = `${one}s`) => `${num(n)} ${n === 1 ? one : several}`;
