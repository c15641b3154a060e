/** Takes terminal colours and control sequences out of a text. */
export function stripAnsi(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g, '');
}

/** `14:05` for a time within the day of `seen`, else `24 Nov, 14:05`; in the person's own time zone. Milliseconds since the epoch. */
export function clockTime(at: number, seen: number): string {
  const when = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(when.getHours())}:${two(when.getMinutes())}`;
  if (when.toDateString() === new Date(seen).toDateString()) return time;
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][when.getMonth()] ?? '';
  return `${String(when.getDate())} ${month}, ${time}`;
}
