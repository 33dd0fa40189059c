/** Where a report is written to, piece by piece. A draft of the engine is one. */
export interface Out {
  write(content: string | Uint8Array): Promise<void>;
}

/** Small pieces are gathered. */
export function gathered(out: Out, units = 65_536): Out & { end(): Promise<void> } {
  let text = '';
  const end = async () => {
    const whole = text;
    text = '';
    if (whole !== '') await out.write(whole);
  };
  return {
    async write(content) {
      if (typeof content !== 'string') {
        await end();
        return out.write(content);
      }
      text += content;
      if (text.length >= units) await end();
    },
    end,
  };
}
