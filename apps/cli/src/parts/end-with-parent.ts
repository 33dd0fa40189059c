/**
 * Preloaded (`node --import`) into every part that this command starts: a part whose parent died, by kill -9 too, ends
 * as by SIGTERM. Parts know nothing of it.
 */
const graceMs = 25_000;

function orphaned(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
}

// What the parent read is read by nobody any more.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
if (process.connected) {
  process.once('disconnect', orphaned);
  // Waiting for it must not keep alive a part that has ended its work.
  process.channel?.unref();
} else {
  orphaned();
}
