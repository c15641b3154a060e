/** Marks the lines of the in-host suite among everything else that an editor logs. */
export const SUITE_LINE = '[suite] ';
