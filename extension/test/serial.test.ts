import { expect, test } from "vitest";
import { Serial } from "../src/serial";

/** A job that ends when it is told to. */
function slowJob(): { serial: Serial; runs: number; end(error?: Error): void } {
  const ends: ((error?: Error) => void)[] = [];
  const job = {
    runs: 0,
    end: (error?: Error) => ends.shift()?.(error),
    serial: new Serial(
      () =>
        new Promise((resolve, reject) => {
          job.runs += 1;
          ends.push((error) => {
            if (error) {
              reject(error);
            } else {
              resolve();
            }
          });
        }),
    ),
  };
  return job;
}

test("requests during a run are answered by one more run, however many they are", async () => {
  const job = slowJob();
  const first = job.serial.run();
  const later = [job.serial.run(), job.serial.run(), job.serial.run()];
  expect(job.runs).toBe(1);
  job.end();
  await first;
  await Promise.resolve();
  expect(job.runs).toBe(2);
  job.end();
  await Promise.all(later);
  expect(job.runs).toBe(2);
});

test("a run that fails does not keep the next one from running", async () => {
  const job = slowJob();
  const first = job.serial.run();
  const second = job.serial.run();
  job.end(new Error("broken"));
  await expect(first).rejects.toThrow("broken");
  await Promise.resolve();
  job.end();
  await second;
  expect(job.runs).toBe(2);
});
