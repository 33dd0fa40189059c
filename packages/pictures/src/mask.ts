/** Which tasks are selected: the others are dimmed. */
export interface Mask {
  /** @param index the task's place in the grid @param code of its phase */
  has(index: number, code: number): boolean;
}
