import type { Cli } from '../cli.ts';
import { widthOf } from './words.ts';

/** Lines at the foot of the terminal that change in place, while other lines scroll by above them. */
export interface LiveLines {
  show(lines: readonly string[]): void;
  /** A line that stays. */
  say(line: string): void;
  /** Leaves the last lines standing. */
  end(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** On a terminal only. What it writes is drawn in one go, so that nothing flickers. */
export function openLive(cli: Pick<Cli, 'write' | 'columns'>): LiveLines {
  let drawn: readonly string[] = [];
  // Lines may have been wrapped since the terminal was made narrower.
  const rowsOf = (line: string) => Math.max(1, Math.ceil(widthOf(line) / Math.max(1, cli.columns())));
  const erased = () => {
    const rows = drawn.reduce((sum, line) => sum + rowsOf(line), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  };
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  // Also where a second Ctrl-C ends us at once.
  const restore = () => cli.write(showCursor);
  process.once('exit', restore);
  return {
    show(lines) {
      if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return;
      cli.write(`${hideCursor}${erased()}${text(lines)}`);
      drawn = [...lines];
    },
    say(line) {
      cli.write(`${erased()}${line}\n${text(drawn)}`);
    },
    end() {
      process.off('exit', restore);
      cli.write(showCursor);
      drawn = [];
    },
  };
}
