/** Where the thread of work is: beside this file, and beside the program in a binary, where there are no folders. */
export const WORK_THREAD = new URL("./work-thread.ts", import.meta.url);
