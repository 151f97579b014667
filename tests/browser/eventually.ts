/** Tries until what is asserted holds: a person looks until they see it. Throws the last failure after the deadline. */
export async function eventually(holds: () => Promise<void>, { deadlineMs = 30_000 } = {}): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (true) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
