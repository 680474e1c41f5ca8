/**
 * Runs one job at a time. While it runs, one more run may wait, and whoever asks then joins that one: it starts after
 * they asked, so it sees what they saw.
 */
export class Serial {
  private running: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;

  constructor(private readonly job: () => Promise<void>) {}

  run(): Promise<void> {
    if (!this.running) {
      this.running = this.job().finally(() => {
        this.running = undefined;
      });
      return this.running;
    }
    const next = () => {
      this.waiting = undefined;
      return this.run();
    };
    this.waiting ??= this.running.then(next, next);
    return this.waiting;
  }
}
